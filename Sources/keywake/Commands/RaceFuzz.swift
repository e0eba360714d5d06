import CrossCheck
import Explorer
import Foundation
import Machine
import Scenario

/// Random small races on a version of the simulated kernel, under every interleaving, held against the Contract. The live
/// kernel has no part in it.
struct RaceFuzz {
  var arguments: MachineArguments
  var seed: UInt64
  var seconds: Int?
  var runs: UInt64?
  /// Folder in which disagreements are kept.
  var findings: String
  var json: Bool
  /// Races that run lines of the programs which no other did are kept there.
  var grower: CorpusGrower?

  struct Summary: Encodable {
    var variant: String
    var seed: UInt64
    var races: UInt64 = 0
    var states = 0
    var agree = 0
    var disagree = 0
    /// Known deviations of the kernel to the number of races in which nothing else was found.
    var known: [String: Int] = [:]
    var undecided = 0
    var skipped = 0
    /// Reason to count, for what was not decided.
    var reasons: [String: Int] = [:]
    /// Signatures, in the order in which they were found.
    var findings: [String] = []
  }

  func run() throws {
    var grower = grower
    StopRequest.listen()
    let start = Clock.now
    let end = seconds.map { start + Double($0) }
    let isLate: @Sendable () -> Bool = { end.map { Clock.now >= $0 } ?? false }
    let machine = try arguments.machine(
      limits: SearchLimits(
        states: 500_000, bytes: 512 << 20, isStopped: { StopRequest.isPending }, isLate: isLate))
    let store: FindingStore
    do throws(FindingStore.Failure) { store = try FindingStore(folder: .init(findings)) } catch {
      throw CommandFailure.usage("--findings: \(error)")
    }
    let version = Program.version(machine.variant)
    var kept = MachineFindings(on: machine, store: store, program: arguments.program, origin: "fuzz --races")
    var summary = Summary(variant: version, seed: seed)
    let terminal = Terminal()
    var progress = ProgressDisplay(terminal: terminal)
    progress.announce(terminal.paint("keywake fuzz --races", .bold) + ": simulated kernel, \(version), seed \(seed)")
    while !StopRequest.isPending, !isLate(), runs.map({ summary.races < $0 }) ?? true {
      let number = summary.races
      let scenario = RaceGenerator.scenario(number: number, seed: seed)
      let file = "race-\(seed)-\(number).kw"
      summary.races += 1
      do {
        let result = try machine.explore(scenario, file: file)
        summary.count(result)
        if case .disagree = result.verdict, result.known == nil {
          let fresh = try kept.admit(scenario, result, file: file) { finding in
            (finding.seed, finding.run) = (seed, number)
            finding.foundAt = Int64(Date().timeIntervalSince1970)
          }
          for finding in fresh { announce(finding, &progress, terminal) }
        }
        if case .agree = result.verdict {
          try grower?.admit(scenario, shown: Self.lines(result)) { smaller in
            if StopRequest.isPending || isLate() { return [] }
            let result = try? machine.explore(smaller, file: file)
            guard let result, case .agree = result.verdict else { return [] }
            return Self.lines(result)
          }
        }
      } catch {
        throw CommandFailure.fault("\(error)")
      }
      progress.update(elapsed: Clock.now - start) {
        "\(SummaryText.grouped(summary.races)) races  \(SummaryText.rate(summary.races, Clock.now - start))/s  "
          + "\(SummaryText.grouped(UInt64(summary.states))) states  \(summary.disagree) disagree"
      }
    }
    progress.erase()
    do throws(FindingStore.Failure) { try kept.finish() } catch { throw CommandFailure.fault(error.description) }
    store.leaveIfEmpty()
    summary.findings = kept.signatures
    if json {
      try JSONOutput.print(summary)
    } else {
      for line in lines(summary, seconds: Clock.now - start) { Stream.output.line(line) }
    }
    if summary.disagree > 0 { throw CrossCheck.ExitCode.finding }
    if summary.agree == 0 { throw CrossCheck.ExitCode.nothingExecuted }
  }

  private func announce(_ finding: CrossCheck.Finding, _ progress: inout ProgressDisplay, _ terminal: Terminal) {
    let place = "\(findings)/\(finding.signature)"
    progress.announce(
      "\(terminal.paint("disagree", .red)) \(finding.signature)\n  \(finding.seen)\n  \(place)/report.txt\n"
        + finding.nextSteps(in: place).map { "  \($0)\n" }.joined().dropLast())
  }

  private func lines(_ summary: Summary, seconds: Double) -> [String] {
    var lines = [
      "\(SummaryText.grouped(summary.races)) races on the simulated kernel, \(summary.variant), "
        + "\(SummaryText.grouped(UInt64(summary.states))) states in \(TimeSpan.text(Int(seconds))): "
        + "\(summary.agree) agree, \(summary.disagree) disagree, \(summary.undecided) undecided, "
        + "\(summary.skipped) skipped"
    ]
    if !summary.findings.isEmpty {
      lines.append("\(summary.findings.count) \(summary.findings.count == 1 ? "finding" : "findings") in \(findings)")
    }
    for (name, count) in summary.known.sorted(by: { $0.key < $1.key }) {
      lines.append("  \(count) known: Corpus/known-issues/\(name).c")
    }
    for (reason, count) in summary.reasons.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      lines.append("  \(count) \(reason)")
    }
    let words = arguments.words.map { " \($0)" }.joined()
    lines.append("the same races again: keywake fuzz --races\(words) --seed \(seed) --runs \(summary.races)")
    return lines
  }

  /// Lines of the programs that the race's lanes ran, of those that touch shared memory, and in which circumstances.
  private static func lines(_ result: ScenarioExploration) -> Set<String> { result.explored?.report.behaviours ?? [] }
}

extension RaceFuzz.Summary {
  mutating func count(_ result: ScenarioExploration) {
    states += result.explored?.report.states ?? 0
    switch result.verdict {
    case .agree: agree += 1
    case .undecided(let reason):
      undecided += 1
      // A bound's name, without the numbers of this one search.
      reasons["undecided: " + (reason.split(separator: " ").first.map(String.init) ?? ""), default: 0] += 1
    case .skipped(let reason):
      skipped += 1
      reasons[reason, default: 0] += 1
    case .disagree:
      guard let known = result.known else {
        disagree += 1
        return
      }
      for name in known.map(\.rawValue) { self.known[name, default: 0] += 1 }
    }
  }
}
