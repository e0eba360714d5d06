import ArgumentParser
import CrossCheck
import Foundation
import LiveKernel
import Scenario

struct LitmusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "litmus",
    abstract: "Runs the lanes of a race at the same time, many times, and counts the outcomes.",
    discussion: """
      Each outcome is held against the set that the promise allows. Scenarios without a race are passed over. A \
      finding names the run; --seed, --jitter and --first-run lay its lanes out in the same way again.
      """)

  @Argument(help: "Scenario files, or folders of them.")
  var paths: [String]
  @OptionGroup var live: LiveArguments
  @Option(name: [.customShort("n"), .long], help: "Runs of each race.")
  var runs = 2000
  @Option(help: "Run each race for so long instead: 30s, 5m.")
  var time: TimeSpan?
  @Option(help: "The longest delay of a lane after the common start, in turns of an idle loop.")
  var jitter = 400
  @Option(help: "Seed of the delays and processors.")
  var seed: UInt64?
  @Option(help: "Number of the first run in the seed's schedule.")
  var firstRun: UInt64 = 0
  @Flag(help: "Print the table of every race, not only of those with a finding.")
  var table = false
  @Flag(help: "Print one JSON object instead of lines.")
  var json = false

  func validate() throws {
    guard runs > 0 else { throw ValidationError("-n: expected a number of runs above 0, found \(runs)") }
    guard (0...1_000_000).contains(jitter) else {
      throw ValidationError("--jitter: expected 0 to 1000000 turns, found \(jitter)")
    }
  }

  func run() throws {
    let files = try ScenarioFiles.find(paths)
    StopRequest.listen()
    let session = try LiveSession(live)
    defer { session.shutDown() }
    let terminal = Terminal()
    var progress = ProgressDisplay(terminal: terminal)
    let seed = seed ?? UInt64.random(in: .min ... .max)
    if !json { for remark in session.remarks { Stream.error.line(remark) } }
    var kernels: [(WaiterKind, LiveKernel)] = []
    defer { for (_, kernel) in kernels { kernel.shutDown() } }
    for kind in session.kinds {
      var options = session.kernel.options
      options.waiters = kind
      options.races = true
      options.oneProcessor = false
      do { kernels.append((kind, try LiveKernel(options))) } catch { throw CommandFailure.fault("\(error)") }
    }
    var output = LitmusOutput(seed: seed, jitter: jitter)
    var unreadable = 0
    let start = Clock.now
    for file in files where !StopRequest.isPending {
      let scenario: Scenario
      do throws(CommandFailure) {
        scenario = try ScenarioFiles.read(file)
      } catch {
        unreadable += 1
        progress.announce(error.message)
        continue
      }
      guard scenario.hasRace else { continue }
      let machine = MachineReach(scenario)
      for (kind, kernel) in kernels where !StopRequest.isPending {
        kernel.schedule = RaceSchedule(seed: seed, jitter: jitter)
        kernel.schedule.next = firstRun
        let began = Clock.now
        var litmus = LitmusRun(scenario, release: session.release)
        let report = litmus.run(
          on: kernel,
          until: { made in
            progress.update(elapsed: Clock.now - start) { "\(file) (\(kind.rawValue)): \(made) runs" }
            if StopRequest.isPending { return true }
            return time.map { Clock.now - began >= Double($0.seconds) } ?? (made >= runs)
          }, batch: time == nil ? min(32, runs) : 32)
        let race = LitmusOutput.Race(file, kind, report, machine, seconds: Clock.now - began)
        output.races.append(race)
        if !json {
          for line in race.lines(withTable: table || !report.forbidden.isEmpty) { progress.announce(line) }
        }
        for event in session.log?.look() ?? [] {
          output.kernelComplaints += event.lines
          if !json { for line in event.lines { progress.announce("  kernel log: \(line)") } }
        }
      }
    }
    progress.erase()
    if json { try JSONOutput.print(output) } else { Stream.output.line(output.summary) }
    if output.findings > 0 { throw CrossCheck.ExitCode.finding }
    if unreadable > 0 { throw CrossCheck.ExitCode.usage }
    if output.faults > 0 { throw CrossCheck.ExitCode.harnessFault }
    if output.runs == 0 { throw CrossCheck.ExitCode.nothingExecuted }
  }
}
