import ArgumentParser
import CrossCheck
import Machine

extension BenchCommand {
  struct Explore: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The exhaustive search beside SPIN's pan, the whole corpus of races, and all cores.",
      discussion: """
        A race of more than 3 million states is explored, and the same race, written by hand in Promela, is verified \
        by pan, compiled with -O2 and exact; without partial-order reduction both must store as many states. All \
        figures but the speed-up are of CPU time, and what is compared is measured in turn. Without spin or a C \
        compiler that row is skipped. How long all mutants take is what 'keywake mutants' says at its end.
        """)

    @Option(help: "Runs of each row of the comparison; the median counts.")
    var rounds = 3
    @Option(help: "The corpus of races. Default: Corpus/litmus, here or above this program.")
    var corpus: String?
    @Flag(help: "Measure the comparison alone, without the corpus.")
    var withoutCorpus = false
    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func validate() throws {
      guard (1...100).contains(rounds) else { throw ValidationError("--rounds: expected 1 to 100, found \(rounds)") }
      guard corpus == nil || !withoutCorpus else {
        throw ValidationError("--corpus and --without-corpus exclude each other")
      }
    }

    func run() throws {
      let library = try MachineFiles.library(adding: nil)
      let folder = withoutCorpus ? nil : try MachineFiles.corpusOrDefault(corpus.map { [$0] } ?? []).first
      let result: ExploreBenchmark
      do {
        result = try ExploreBenchmark.measure(rounds: rounds, library: library, corpus: folder)
      } catch let error as ProgramError {
        throw CommandFailure.usage("\(error)")
      }
      if json { try JSONOutput.print(result) } else { for line in result.lines { Stream.output.line(line) } }
      if result.isEquivalent == false { throw CrossCheck.ExitCode.harnessFault }
    }
  }
}

extension ExploreBenchmark {
  /// A table for people.
  var lines: [String] {
    var lines = ["\(race), median of the runs"]
    let width = (rows.map(\.name.count).max() ?? 0) + 2
    lines.append(
      Columns.left("", width) + Columns.right("states", 11) + Columns.right("transitions", 13)
        + Columns.right("CPU s", 8)
        + Columns.right("states/s", 11) + Columns.right("ratio", 8) + Columns.right("wanted", 8)
        + Columns.right("time", 8))
    for row in rows {
      lines.append(
        Columns.left(row.name, width) + Columns.right(SummaryText.grouped(UInt64(row.states)), 11)
          + Columns.right(SummaryText.grouped(UInt64(row.transitions)), 13)
          + Columns.right(Columns.decimal(row.seconds), 8)
          + Columns.right(SummaryText.grouped(UInt64(row.rate)), 11)
          + Columns.right(row.ratio.map(Columns.decimal) ?? "", 8)
          + Columns.right(row.wanted.map(Columns.decimal) ?? "", 8)
          + Columns.right(row.timeRatio.map(Columns.decimal) ?? "", 8))
    }
    if rows.count > 1 {
      lines.append("ratio: Keywake's states per second by the row's; time: the row's for its whole space by Keywake's")
    }
    if let isEquivalent {
      lines.append(
        isEquivalent
          ? "the Promela model is equivalent: Keywake and pan without reduction store the same number of states"
          : "the Promela model is NOT equivalent: the numbers of states differ")
    }
    if let skipped { lines.append("pan: skipped, \(skipped)") }
    lines.append("bytes a state, all tables of the search: \(Columns.decimal(bytesPerState)), at most 64 wanted")
    if let corpus {
      lines.append(
        "the corpus, every race on every version: \(corpus.searches) searches, "
          + "\(SummaryText.grouped(UInt64(corpus.states))) states in \(Columns.decimal(corpus.seconds)) s of one core, "
          + "under \(Int(corpus.wanted)) s wanted")
    }
    if let cores {
      lines.append(
        "searches side by side on \(cores.cores) cores: \(Columns.decimal(cores.together)) s by the clock, one after the "
          + "other \(Columns.decimal(cores.alone)) s: \(Columns.decimal(cores.speedUp)) times as fast")
    }
    return lines
  }
}
