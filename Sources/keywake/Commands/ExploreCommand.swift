import ArgumentParser
import CrossCheck
import Explorer
import Machine

struct ExploreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore",
    abstract:
      "Runs races on the simulated kernel, under every interleaving, with one or all versions of get_futex_key.",
    discussion:
      "A race is a .litmus file. 'ok' says that no interleaving breaks a rule; 'waits' that a page lock which is held for ever blocks the version, as it claims to allow."
  )

  @Argument(help: ".litmus files, or folders of them.")
  var paths: [String] = ["Corpus/litmus"]
  @Option(help: "A version such as 4.6, or all.")
  var variant = "current"
  @Option(help: "A form of the reverse-map lookup such as 6.8, which swap-out goes through, or all.")
  var rmap = "current"
  @Option(help: "A file with programs of your own, which join or replace the built-in ones.")
  var program: String?
  @Flag(help: "Print a grid, races down and versions across.")
  var table = false
  @Option(help: "States that one search may store.")
  var states = 20_000_000

  func run() throws {
    let library = try MachineFiles.library(adding: program)
    let variants = try MachineFiles.variants(variant, library)
    let rmaps = try MachineFiles.reverseMaps(rmap, library)
    let races = try MachineFiles.races(paths)
    let terminal = Terminal()
    var progress = ProgressDisplay(terminal: terminal)
    var done = 0
    var stored = 0
    StopRequest.listen()
    let start = Clock.now
    let result: HistoryTable
    do throws(ProgramError) {
      result = try HistoryTable.run(
        races, variants: variants, rmaps: rmaps, library: library,
        limits: SearchLimits(states: states, isStopped: { StopRequest.isPending })
      ) { cell in
        done += 1
        stored += cell.report.states
        let elapsed = Clock.now - start
        progress.update(elapsed: elapsed) {
          "\(done) searches, \(SummaryText.grouped(UInt64(stored))) states, "
            + "\(SummaryText.rate(UInt64(stored), elapsed)) a second"
        }
      }
    } catch {
      throw CommandFailure.usage("\(error)")
    }
    progress.erase()
    if table {
      Stream.output.write(result.grid)
    } else {
      for line in result.lines { Stream.output.line(line) }
    }
    let disagree = result.cells.filter { $0.report.verdict == .disagree }.count
    let agree = result.cells.filter { $0.report.verdict == .agree }.count
    let undecided = result.cells.count - disagree - agree
    Stream.output.line(
      "\(result.cells.count) searches, \(SummaryText.grouped(UInt64(stored))) states in \(TimeSpan.text(Int(Clock.now - start))): "
        + "\(agree) agree, \(disagree) disagree, \(undecided) undecided")
    if disagree > 0 { throw CrossCheck.ExitCode.finding }
    if agree == 0 { throw CrossCheck.ExitCode.nothingExecuted }
  }
}
