import CrossCheck
import Foundation

/// The steps from a new signature to a program that shows it, each a command of its own.
struct Triage {
  let maker: CommandMaker
  let kinds: [WorkerKind]

  /// Shown in so many of its fresh runs with one kind of waiters, a finding is confirmed; below, it is flaky.
  static let confirmed = 0.8

  /// - Parameter shift: the number under which the command runs.
  func command(_ step: TriageStep, of finding: FindingRow, seed: UInt64, shift: Int64) -> Command {
    switch step {
    case .minimise: return maker.minimise(finding)
    case .export: return finding.isOnMachine ? maker.explain(finding) : maker.export(finding)
    case .reproduce: break
    }
    if finding.isStress { return maker.rerunStress(seed: seed, number: shift) }
    if finding.isLiveRace { return maker.rerunRace(finding, seed: seed, number: shift) }
    if finding.isOnMachine { return maker.explore(finding) }
    if finding.rule == "crash", case .target(let program) = kinds.first(where: { $0.name == finding.source })?.form {
      return maker.target(program, on: "\(maker.settings.folder.finding(finding.signature))/input")
    }
    return maker.rerun(finding)
  }

  /// What `keywake triage rerun --json` says.
  struct Rerun: Codable {
    var kernel: String
    var knownIssue: String?
    var reproduction: [Finding.Reproduction]
    var skipped: String?
  }

  func outcome(
    _ step: TriageStep, of finding: FindingRow, exitCode: CInt?, output: String, errors: String, kernel: String
  ) -> Result<TriageOutcome, CampaignError> {
    guard let exitCode else { return .failure(CampaignError("it did not end in its time, or by a signal")) }
    func failed() -> Result<TriageOutcome, CampaignError> {
      .failure(CampaignError("exit code \(exitCode)\(errors.isEmpty ? "" : ": \(errors)")"))
    }
    switch step {
    case .reproduce: return reproduced(finding, exitCode, Data(output.utf8), kernel) ?? failed()
    case .minimise: return minimised(finding, exitCode, Data(output.utf8)) ?? failed()
    case .export:
      switch exitCode {
      case 0 where finding.isOnMachine:
        return .success(
          TriageOutcome(
            state: finding.state, text: "explained step by step", next: nil,
            explained: "findings/\(finding.signature)/explained.html"))
      case 0:
        return .success(
          TriageOutcome(
            state: finding.state, text: "exported as a C program", next: nil,
            program: "findings/\(finding.signature)/program.c"))
      case 2 where !finding.isOnMachine:
        return .success(TriageOutcome(state: finding.state, text: "not exported: \(errors)", next: nil))
      default: return failed()
      }
    }
  }

  private func reproduced(_ finding: FindingRow, _ exitCode: CInt, _ output: Data, _ kernel: String) -> Result<
    TriageOutcome, CampaignError
  >? {
    if finding.isStress {
      guard let summary = try? JSONDecoder().decode(StressSummary.self, from: output) else { return nil }
      if summary.counts.checks == 0, summary.signatures.isEmpty { return nil }
      let shows = summary.signatures.contains(finding.signature)
      let others = summary.signatures.count - (shows ? 1 : 0)
      return .success(
        judge(
          finding, [Finding.Reproduction(waiters: "ring", attempts: 1, reproduced: shows ? 1 : 0, others: others)], nil,
          kernel))
    }
    if finding.isLiveRace { return raceReproduced(finding, output, kernel) }
    if finding.isOnMachine || finding.rule == "crash" {
      // In one process the same input does the same: once is enough.
      var (shows, others) = (exitCode != 0, 0)
      if finding.isOnMachine {
        guard [0, 1].contains(exitCode), let again = try? JSONDecoder().decode(MachineSummary.self, from: output) else {
          return nil
        }
        let signatures = Set(again.scenarios.flatMap(\.signatures))
        shows = signatures.contains(finding.signature)
        others = signatures.count - (shows ? 1 : 0)
      }
      return .success(
        judge(
          finding, [Finding.Reproduction(waiters: "-", attempts: 1, reproduced: shows ? 1 : 0, others: others)], nil,
          finding.isOnMachine ? finding.kernel : kernel))
    }
    guard let again = try? JSONDecoder().decode(Rerun.self, from: output) else { return nil }
    if again.reproduction.isEmpty, let skipped = again.skipped {
      return .failure(CampaignError("skipped: \(skipped)"))
    }
    return .success(judge(finding, again.reproduction, again.knownIssue, again.kernel))
  }

  private func raceReproduced(_ finding: FindingRow, _ output: Data, _ kernel: String) -> Result<
    TriageOutcome, CampaignError
  >? {
    guard let summary = try? JSONDecoder().decode(LitmusSummary.self, from: output) else { return nil }
    let again = summary.races.map { race in
      let forbidden = race.outcomes.filter { $0.standing == "forbidden" }
      let same = forbidden.filter { $0.signature == finding.signature }.reduce(0) { $0 + $1.count }
      let all = forbidden.reduce(0) { $0 + $1.count }
      return Finding.Reproduction(
        waiters: race.waiters, attempts: Int(race.runs), reproduced: same, others: all - same)
    }.filter { $0.attempts > 0 }
    if again.isEmpty { return .failure(CampaignError("no run of the race")) }
    return .success(judge(finding, again, nil, kernel))
  }

  /// Where the finding stands after fresh runs.
  func judge(_ finding: FindingRow, _ again: [Finding.Reproduction], _ knownIssue: String?, _ kernel: String)
    -> TriageOutcome
  {
    let rates = again.map {
      "\($0.reproduced) of \($0.attempts)\($0.waiters == "-" ? "" : " with \($0.waiters) waiters")"
    }.joined(separator: ", ")
    let best = again.map { $0.attempts == 0 ? 0 : Double($0.reproduced) / Double($0.attempts) }.max() ?? 0
    var state: FindingState
    if let knownIssue, best == 0 {
      state = .known
      return TriageOutcome(
        state: state, text: "known issue \(knownIssue)", next: nil, kernel: kernel, reproductions: again,
        knownIssue: knownIssue)
    }
    if best >= Self.confirmed || finding.isLiveRace && best > 0 {
      state = .confirmed
    } else if best == 0, [.confirmed, .known, .fixed].contains(finding.state) {
      state = .fixed
    } else {
      state = .flaky
    }
    // The rule of an older store's races says too little to find them again.
    let canMinimise =
      !finding.isStress && !["machine-race", "crash", Divergence.kernelLogRule].contains(finding.rule)
    let isNew = finding.minimal == nil
    return TriageOutcome(
      state: state, text: "shown in \(rates)", next: state == .confirmed && canMinimise && isNew ? .minimise : nil,
      kernel: kernel, reproductions: again)
  }

  private struct Minimised: Decodable {
    var operationsBefore: Int
    var operationsAfter: Int
    var candidates: Int
    var isComplete: Bool
  }

  private func minimised(_ finding: FindingRow, _ exitCode: CInt, _ output: Data) -> Result<
    TriageOutcome, CampaignError
  >? {
    guard exitCode == 1, let result = try? JSONDecoder().decode(Minimised.self, from: output) else {
      return exitCode == 0 ? .failure(CampaignError("the scenario did not show the finding")) : nil
    }
    return .success(
      TriageOutcome(
        state: finding.state,
        text: "minimised from \(result.operationsBefore) operations to \(result.operationsAfter) with "
          + "\(result.candidates) candidates\(result.isComplete ? "" : ", not to the end")",
        next: .export, minimal: "findings/\(finding.signature)/scenario.min.kw"))
  }
}
