import ArgumentParser
import CrossCheck
import Explorer
import Machine

/// A patch that exists only as an idea, on the whole litmus corpus.
struct VariantsCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Runs the derivations of a program file of your own on every race, beside the version they start from.")

  @Argument(help: "A file of programs.")
  var file: String
  @Option(help: "The version that verdicts are compared with.")
  var base = "current"
  @Option(help: "Where the races are: files or folders. Default: Corpus/litmus, here or above this program.")
  var races: [String] = []
  @OptionGroup var search: SearchArguments

  func run() throws {
    let builtIn = try MachineFiles.library(adding: nil)
    let base = try MachineFiles.variants(self.base, builtIn)
    guard base.count == 1, let baseName = base.first else {
      throw CommandFailure.usage("--base: expected one version")
    }
    let text = String(decoding: try ScenarioFiles.readBytes(file), as: UTF8.self)
    let library = try MachineFiles.library(adding: file)
    let own: [Program]
    do throws(ProgramError) { own = try ProgramParser.programs(text, file: file) } catch {
      throw CommandFailure.usage("\(error)")
    }
    let derivations = own.filter(\.isDerivation).map(\.name)
    // A file that only changes what races with a derivation is tried with the base version.
    let names = derivations.isEmpty ? [baseName] : derivations
    let tests = try MachineFiles.races(MachineFiles.corpusOrDefault(races))
    StopRequest.listen()
    let bounded = try search.bounded()
    var found = 0
    var decided = 0
    do throws(ProgramError) {
      for name in names {
        var same = 0
        for test in tests {
          let before = try cell(test, baseName, builtIn, bounded)
          let after = try cell(test, name, library, bounded)
          if after.report.verdict == .disagree { found += 1 }
          if after.report.verdict == .agree { decided += 1 }
          if before.verdict == after.verdict, after.report.verdict != .disagree {
            same += 1
            continue
          }
          Stream.output.line("\(test.name): \(Program.version(baseName)) \(before.verdict), \(name) \(after.verdict)")
          for finding in after.report.findings {
            let race = try Race(test, variant: name, library: library)
            Stream.output.line("  \(finding.kind.text) (\(finding.place(in: race)))")
          }
        }
        Stream.output.line("\(name): \(tests.count) races, \(same) as \(Program.version(baseName))")
      }
    } catch {
      throw CommandFailure.usage("\(error)")
    }
    if found > 0 { throw CrossCheck.ExitCode.finding }
    if decided == 0 { throw CrossCheck.ExitCode.nothingExecuted }
  }

  private func cell(_ test: Litmus, _ variant: String, _ library: ProgramLibrary, _ search: BoundedSearch)
    throws(ProgramError) -> HistoryTable.Cell
  {
    HistoryTable.Cell(
      litmus: test.name, variant: variant, rmap: nil,
      report: search.report(try Race(test, variant: variant, library: library)))
  }
}
