import ArgumentParser
import Contract
import CrossCheck
import Foundation
import LiveKernel
import Scenario

struct FuzzCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuzz",
    abstract: "The main job: random scenarios, run on this kernel, held against the promise.",
    discussion: """
      The same seed gives the same scenarios. A disagreement is written to the findings folder at once, and run again \
      with fresh agents and both kinds of waiters. Ctrl-C ends the run with its summary.
      """)

  @Option(help: "How long to run: 90s, 5m, 2h. Default: 60s, unless --runs is given.")
  var time: TimeSpan?
  @Option(help: "How many scenarios to run.")
  var runs: UInt64?
  @Option(help: "Seed of the scenarios. Default: a new one each time, printed.")
  var seed: UInt64?
  @Option(help: "Folder in which findings are kept.")
  var findings = "findings"
  @Option(help: "Which part of the language is generated: live-basic or live.")
  var profile: Generator.Profile = .liveBasic
  @Option(help: "How many scenarios in a hundred have a race whose lanes run at the same time, several times over.")
  var liveRaces = 1
  @Option(help: "Folder of a corpus: scenarios that show something new are made smaller and kept there.")
  var corpus: String?
  @OptionGroup var live: LiveArguments
  @Flag(help: "Random races on the simulated kernel instead, under every interleaving.")
  var races = false
  @OptionGroup var machine: MachineArguments
  @Flag(help: "Print the summary as one JSON object on standard output.")
  var json = false
  @Flag(help: .init("A self-test: the kernel's answers are falsified, and must be found out.", visibility: .hidden))
  var lyingKernel = false

  func validate() throws {
    guard (0...100).contains(liveRaces) else {
      throw ValidationError("--live-races: expected 0 to 100, found \(liveRaces)")
    }
    if machine.isNamed, !races { throw ValidationError("--variant and --program go with --races") }
  }

  func run() throws {
    // A smaller scenario costs a run of milliseconds, a smaller race a search.
    let grower: CorpusGrower?
    do throws(FindingStore.Failure) {
      grower = if let corpus { try CorpusGrower(folder: .init(corpus), tries: races ? 12 : 40) } else { nil }
    } catch {
      throw CommandFailure.usage("--corpus: \(error)")
    }
    if races {
      return try RaceFuzz(
        arguments: machine,
        seed: seed ?? UInt64.random(in: 0...UInt64(UInt32.max)), seconds: time?.seconds ?? (runs == nil ? 60 : nil),
        runs: runs, findings: findings, json: json, grower: grower
      ).run()
    }
    let store: FindingStore
    do throws(FindingStore.Failure) {
      store = try FindingStore(folder: .init(findings))
    } catch {
      throw CommandFailure.usage("--findings: \(error)")
    }
    // A page that stays at the first asking mostly has a reason to, such as a second mapping: more scenarios are worth
    // more than more patience.
    // From the first change of the host on a signal ends the run in order.
    StopRequest.listen()
    let session = try LiveSession(live, pageoutAttempts: 2)
    defer { session.shutDown() }
    let seed = self.seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
    let limit = time?.seconds ?? (runs == nil ? 60 : nil)
    let terminal = Terminal()
    var progress = ProgressDisplay(terminal: terminal)
    progress.announce(
      terminal.paint("keywake fuzz", .bold)
        + ": kernel \(session.kernelName), seed \(seed), waiters \(session.kinds.map(\.rawValue).joined(separator: " and "))"
        + (limit.map { ", for \(TimeSpan.text($0))" } ?? "") + (runs.map { ", \($0) scenarios" } ?? ""))
    for line in session.remarks { progress.announce(line) }

    let profile = self.profile
    let liveRaces = self.liveRaces
    var fuzz = FuzzRun(
      seed: seed, waiters: session.kinds, judge: session.judge,
      kernel: lyingKernel ? LyingKernel(session.kernel) : session.kernel, store: store,
      generate: { Generated.scenario(number: $0, seed: seed, profile: profile, racesInHundred: liveRaces) },
      record: { session.complete(&$0) }, log: session.log)
    fuzz.grower = grower
    let start = Clock.now
    var stopped = "time is up"
    var memory = ResidentMemory()
    do throws(FindingStore.Failure) {
      while true {
        let elapsed = Clock.now - start
        if StopRequest.isPending {
          stopped = "stopped by a signal"
          break
        }
        if let runs, fuzz.number >= runs {
          stopped = "all scenarios have run"
          break
        }
        if fuzz.faultsInARow >= Self.mostFaultsInARow {
          stopped = "\(fuzz.faultsInARow) harness faults in a row"
          break
        }
        if let limit, elapsed >= Double(limit) { break }
        memory.look(at: elapsed)
        for event in try fuzz.step() {
          switch event {
          case .found(let finding): announce(finding, &progress, terminal)
          case .fault(let text): progress.announce(terminal.paint("harness-fault", .red) + " \(text)")
          }
        }
        progress.update(elapsed: elapsed) { Self.progressText(fuzz, elapsed, limit, runs, terminal) }
      }
      try fuzz.finish()
    } catch {
      progress.erase()
      throw CommandFailure.fault(error.description)
    }
    progress.erase()
    let seconds = Clock.now - start
    memory.finish()
    store.leaveIfEmpty()
    let vanished = session.vanishedIssues()
    session.shutDown()
    let summary = FuzzSummary(
      fuzz, session, seconds: seconds, stopped: stopped, findings: store.folder.string, vanished: vanished,
      memory: memory)
    if json { try JSONOutput.print(summary) } else { summary.print() }
    if fuzz.counts.exitCode != CrossCheck.ExitCode.agree { throw fuzz.counts.exitCode }
  }

  /// As many, and the run ends: whatever is wrong does not pass.
  private static let mostFaultsInARow = 20

  private func announce(_ finding: Finding, _ progress: inout ProgressDisplay, _ terminal: Terminal) {
    guard finding.occurrences == 1 else { return }
    progress.announce(
      "\(terminal.paint("disagree", .red)) \(finding.signature)\n"
        + "  \(finding.rule == Divergence.kernelLogRule ? "after the scenario" : "operation \(finding.operationNumber)"): "
        + "promised \(finding.promised); seen \(finding.seen)\n"
        + finding.reproduction.map {
          "  again: \($0.reproduced) of \($0.attempts) fresh runs with \($0.waiters) waiters\n"
        }.joined() + "  \(findings)/\(finding.signature)/report.txt\n"
        + "  next: keywake minimize \(findings)/\(finding.signature)/\(FindingStore.scenarioName)")
  }

  private static func progressText(
    _ fuzz: FuzzRun, _ elapsed: Double, _ limit: Int?, _ runs: UInt64?, _ terminal: Terminal
  ) -> String {
    var parts: [String] = []
    if let limit { parts.append("\(TimeSpan.text(max(0, limit - Int(elapsed)))) left") }
    parts.append("\(SummaryText.grouped(fuzz.number))\(runs.map { " of \(SummaryText.grouped($0))" } ?? "") scenarios")
    parts.append("\(SummaryText.rate(fuzz.number, elapsed))/s")
    parts.append("\(SummaryText.rate(fuzz.operations, elapsed)) operations/s")
    parts.append(SummaryText.counts(fuzz.counts, colour: terminal.hasColour))
    return parts.joined(separator: "  ")
  }
}
