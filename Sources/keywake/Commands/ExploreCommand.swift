import ArgumentParser
import CrossCheck
import Explorer
import Machine
import Scenario

struct ExploreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore",
    abstract:
      "Runs races and scenarios on the simulated kernel, under every interleaving, with one or all versions of get_futex_key.",
    discussion: """
      A race is a .litmus file: 'ok' says that no interleaving breaks a rule; 'waits' that a page lock which is held \
      for ever blocks the version, as it claims to allow. A scenario is a .kw file: its operations are held against the \
      Contract one by one, and its race under every interleaving; a litmus table shows the outcomes.
      """)

  @Argument(help: ".litmus and .kw files, or folders of them. Default: Corpus/litmus, here or above this program.")
  var paths: [String] = []
  @Option(help: "A version such as 4.6, or all.")
  var variant = "current"
  @Option(help: "A form of the reverse-map lookup such as 6.8, which swap-out goes through, or all.")
  var rmap = "current"
  @Option(help: "How memory orders: sc, tso (store buffers, as on x86), weak, or several with commas.")
  var memory = "sc"
  @Option(
    help: """
      How threads wait and wake, such as 3.14, or all, in races that say so. Default: what went with the version; with \
      --variant all every era.
      """)
  var wake: String?
  @Option(help: "A file with programs of your own, which join or replace the built-in ones.")
  var program: String?
  @OptionGroup var search: SearchArguments
  @Flag(help: "Print a grid, races down and versions across.")
  var table = false
  @Flag(help: "Print which version waits for a page lock that somebody holds for ever, and on which line.")
  var lockTable = false
  @Flag(help: "Take one barrier of waiting and waking away at a time, and print what comes of it under each memory.")
  var barriers = false
  @Flag(help: "Print which lines of the programs no race ran.")
  var coverage = false
  @Flag(help: "Write the shortest schedule that breaks a rule into the file of its race, to be replayed from then on.")
  var record = false
  @Option(
    help: """
      With --record: the outcome of a scenario's race whose schedule is written, allowed or not, by its place in the \
      table (from 1) or its text.
      """)
  var outcome: String?
  @Option(help: "Write the table as pages into this folder: index.html, and the trace of each broken rule.")
  var pages: String?
  @Flag(help: "Print one JSON object instead of lines.")
  var json = false

  func validate() throws {
    if outcome != nil, !record { throw ValidationError("--outcome goes with --record") }
  }

  func run() throws {
    let library = try MachineFiles.library(adding: program)
    let variants = try MachineFiles.variants(variant, library)
    let inputs = try MachineFiles.inputs(MachineFiles.corpusOrDefault(paths))
    if search.strategy == .replay { return try replay(inputs, library) }
    StopRequest.listen()
    if barriers { return try printBarriers(inputs, library) }
    var work = Exploration(
      library: library, variants: variants, rmaps: try MachineFiles.reverseMaps(rmap, library),
      memories: try MachineFiles.memories(memory), wakes: try wakes(variants, library), search: try search.bounded())
    do throws(ProgramError) {
      try work.run(inputs)
    } catch {
      throw CommandFailure.usage("\(error)")
    }
    let replayed = try ScheduleFiles.replay(inputs, library)
    if record { for line in try ScheduleFiles.record(inputs, work, outcome: outcome) { Stream.error.line(line) } }
    if let pages {
      let files = CorpusFolder.path("litmus").map { ["\($0)/history.txt", "\($0)/rmap-history.txt"] } ?? []
      let count = try HistoryPages(work, inputs, reasons: files).write(to: pages)
      Stream.error.line("\(count) traces: \(pages)/index.html")
    }
    let output = ExploreOutput(work)
    if json {
      try JSONOutput.print(output)
    } else {
      if !work.table.litmus.isEmpty {
        if table {
          Stream.output.write(work.table.grid)
        } else {
          for line in work.table.lines { Stream.output.line(line) }
        }
      }
      for line in work.scenarioLines { Stream.output.line(line) }
      for line in replayed { Stream.output.line(line.text) }
      if lockTable { for line in work.lockLines { Stream.output.line(line) } }
      if coverage { for line in work.coverageLines { Stream.output.line(line) } }
      Stream.output.line(output.summary)
    }
    if output.disagree > 0 { throw CrossCheck.ExitCode.finding }
    if output.agree == 0 { throw CrossCheck.ExitCode.nothingExecuted }
  }

  private func wakes(_ variants: [String], _ library: ProgramLibrary) throws(CommandFailure) -> HistoryTable.Wakes {
    if let wake { return .only(try MachineFiles.wakes(wake, library)) }
    return variant == "all" ? .all(besides: variants, library) : .ofVariants
  }

  private func printBarriers(_ inputs: [MachineFiles.Input], _ library: ProgramLibrary) throws {
    let races = inputs.compactMap { input -> Litmus? in if case .litmus(let race) = input { race } else { nil } }
    let models = memory == "sc" ? MemoryModel.allCases : try MachineFiles.memories(memory)
    let search = try search.bounded()
    var progress = ProgressDisplay(terminal: Terminal())
    let start = Clock.now
    var done = 0
    var table: BarrierTable
    do throws(ProgramError) {
      func advance(_ cell: BarrierTable.Cell) {
        done += 1
        progress.update(elapsed: Clock.now - start) { "\(done) barriers, now \(cell.era), \(cell.race)" }
      }
      table = try BarrierTable.run(
        races, library: library, memories: models, limits: search.limits, progress: advance)
      table.cells += try BarrierTable.sole(
        races, library: library, memories: models, limits: search.limits, progress: advance
      ).cells
    } catch {
      throw CommandFailure.usage("\(error)")
    }
    progress.erase()
    if json { try JSONOutput.print(table.lines) } else { for line in table.lines { Stream.output.line(line) } }
    if table.cells.isEmpty { throw CrossCheck.ExitCode.nothingExecuted }
  }

  private func replay(_ inputs: [MachineFiles.Input], _ library: ProgramLibrary) throws {
    let lines = try ScheduleFiles.replay(inputs, library)
    if json {
      try JSONOutput.print(lines)
    } else {
      for line in lines { Stream.output.line(line.text) }
    }
    if lines.isEmpty {
      throw CommandFailure(message: "no schedule in \(paths.joined(separator: ", "))", code: .nothingExecuted)
    }
    if lines.contains(where: { $0.finding != nil }) { throw CrossCheck.ExitCode.finding }
  }
}
