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
  var paths: [String] = []
  @OptionGroup var live: LiveArguments
  @Option(name: [.customShort("n"), .long], help: "Runs of each race.")
  var runs = 2000
  @Option(help: "Run each race for so long instead: 30s, 5m.")
  var time: TimeSpan?
  @Option(
    help:
      "The longest delay of a lane after the common start, in turns of an idle loop. Default: 400, with --follow 8000.")
  var jitter: Int?
  @Option(help: "Seed of the delays and processors.")
  var seed: UInt64?
  @Option(help: "Number of the first run in the seed's schedule.")
  var firstRun: UInt64 = 0
  @Option(
    help: """
      What goes on beside the races, with commas between: reclaim, hog, and with --system-wide drop-caches, compact, \
      memory-group, ksm.
      """)
  var noise = NoiseList(noises: [])
  @Option(
    help: "Follow the schedule stored in a scenario file: lay the lanes out towards it, and say how close runs came.")
  var follow: String?
  @Option(help: "Folder in which forbidden outcomes are kept.")
  var findings = "findings"
  @Flag(help: .init("Keep what is forbidden without looking at it again.", visibility: .hidden))
  var onlyCount = false
  @Flag(help: "Print the table of every race, not only of those with a finding.")
  var table = false
  @Flag(help: "Print one JSON object instead of lines.")
  var json = false

  func validate() throws {
    guard !paths.isEmpty || follow != nil else { throw ValidationError("expected scenario files, or --follow FILE") }
    guard runs > 0 else { throw ValidationError("-n: expected a number of runs above 0, found \(runs)") }
    if let jitter, !(0...1_000_000).contains(jitter) {
      throw ValidationError("--jitter: expected 0 to 1000000 turns, found \(jitter)")
    }
  }

  func run() throws {
    try noise.check(live)
    let followed = try follow.map { try Self.schedule(in: $0) }
    let files = try ScenarioFiles.find(paths + (follow.map { [$0] } ?? []))
    let store: FindingStore
    do throws(FindingStore.Failure) {
      store = try FindingStore(folder: .init(findings))
    } catch {
      throw CommandFailure.usage("--findings: \(error)")
    }
    StopRequest.listen()
    let session = try LiveSession(live)
    defer { session.shutDown() }
    let terminal = Terminal()
    var progress = ProgressDisplay(terminal: terminal)
    let jitter = jitter ?? (follow == nil ? 400 : 8000)
    let seed = seed ?? UInt64.random(in: .min ... .max)
    if !json { for remark in session.remarks { Stream.error.line(remark) } }
    let makers = try NoiseMakers(noise, session)
    var kernels: [(WaiterKind, LiveKernel)] = []
    defer { for (_, kernel) in kernels { kernel.shutDown() } }
    for kind in session.kinds { kernels.append((kind, try session.raceKernel(kind, makers))) }
    var output = LitmusOutput(seed: seed, jitter: jitter, noise: noise.text)
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
        var litmus = LitmusRun(scenario, release: session.release, knownIssues: session.knownIssues)
        if file == follow, let followed {
          litmus.followed = followed
          kernel.schedule.lateness = followed.lateness
        }
        let report = litmus.run(
          on: kernel,
          until: { made in
            progress.update(elapsed: Clock.now - start) { "\(file) (\(kind.rawValue)): \(made) runs" }
            if StopRequest.isPending { return true }
            return time.map { Clock.now - began >= Double($0.seconds) } ?? false
          }, limit: time == nil ? runs : .max)
        let race = LitmusOutput.Race(
          file, kind, report, machine, answerer: session.kernel.answerer, seconds: Clock.now - began)
        output.races.append(race)
        if !json {
          for line in race.lines(withTable: table || !report.forbidden.isEmpty) { progress.announce(line) }
        }
        for row in report.forbidden {
          let lines = try keep(row, of: report, scenario, file, litmus.judge, kernel, session, store)
          output.kept += lines.prefix(1)
          if !json { for line in lines { progress.announce("  " + line) } }
        }
        for event in session.log?.look() ?? [] {
          output.kernelComplaints += event.lines
          if let kept = try keep(event, after: scenario, report, kind, file, session, store) {
            output.kept.append(kept)
          }
          if !json { for line in event.lines { progress.announce("  kernel log: \(line)") } }
        }
      }
    }
    progress.erase()
    store.leaveIfEmpty()
    for (kind, kernel) in kernels {
      for (noise, rounds) in kernel.noiseRounds {
        output.noiseRounds.append("\(noise.rawValue) (\(kind.rawValue)): \(rounds)")
      }
    }
    if json { try JSONOutput.print(output) } else { for line in output.summary { Stream.output.line(line) } }
    if output.findings > 0 { throw CrossCheck.ExitCode.finding }
    if unreadable > 0 { throw CrossCheck.ExitCode.usage }
    if output.faults > 0 { throw CrossCheck.ExitCode.harnessFault }
    if output.runs == 0 { throw CrossCheck.ExitCode.nothingExecuted }
  }

  /// Writes a complaint in the kernel log to the findings folder.
  private func keep(
    _ event: KernelEvent, after scenario: Scenario, _ report: LitmusReport, _ kind: WaiterKind, _ file: String,
    _ session: LiveSession, _ store: FindingStore
  ) throws -> String? {
    guard let row = report.rows.last,
      var finding = FindingMaker.finding(
        event, recent: [RecentRun(scenario, kind, row.report)], kernel: session.kernel, judge: session.judge,
        origin: "keywake litmus \(file)")
    else { return nil }
    finding.seed = report.seed
    session.complete(&finding)
    do throws(FindingStore.Failure) {
      return "\(try store.record(finding))/report.txt"
    } catch {
      throw CommandFailure.fault(error.withFinding(finding))
    }
  }

  /// Writes a forbidden outcome to the findings folder, and then looks at it again.
  private func keep(
    _ row: LitmusReport.Row, of report: LitmusReport, _ scenario: Scenario, _ file: String, _ judge: RaceJudge,
    _ kernel: LiveKernel, _ session: LiveSession, _ store: FindingStore
  ) throws -> [String] {
    guard let divergence = row.divergence else { return [] }
    var finding = LitmusFinding.finding(
      scenario, row, divergence, of: report, kernel.waiters, kernel: session.kernel, judge: session.judge,
      origin: "keywake litmus \(file)")
    if !noise.noises.isEmpty { finding.race?.noise = noise.text }
    session.complete(&finding)
    do throws(FindingStore.Failure) {
      let folder = try store.record(finding)
      if onlyCount { return ["\(folder)/report.txt"] }
      let again = LitmusFinding.reproduction(
        scenario, row, divergence, of: report, on: kernel, judge: judge, answerer: session.kernel.answerer)
      let notes = LitmusFinding.otherWords(scenario, row, divergence, of: report, on: kernel, judge: judge)
      try store.update(finding.signature) {
        $0.reproduction = [again]
        $0.notes += notes
      }
      return ["\(folder)/report.txt", "again: \(again.reproduced) of \(again.attempts) runs"] + notes
    } catch {
      throw CommandFailure.fault(error.withFinding(finding))
    }
  }

  /// The schedule that a scenario file has behind its race.
  private static func schedule(in file: String) throws -> FollowedSchedule {
    let text = try ScenarioFiles.readText(file)
    guard let stored = text.schedules.first,
      case .race(let lanes)? = text.scenario.elements.indices.contains(stored.element)
        ? text.scenario.elements[stored.element] : nil
    else {
      throw CommandFailure.usage(
        "--follow \(file): expected a 'schedule' line behind a race, as keywake explore --record writes it, found none")
    }
    guard let followed = FollowedSchedule(steps: stored.steps, lanes: lanes.count) else {
      throw CommandFailure.usage("\(file):\(stored.line): expected steps of each of the race's \(lanes.count) lanes")
    }
    return followed
  }
}
