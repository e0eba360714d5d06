import Contract
import LiveKernel
import Scenario

/// Holds the observations of a sequential run against the Contract and against what the author stated.
///
/// A divergence that a known issue explains is set aside, and the rest of the run is judged from what came of it: what
/// else disagrees is found.
public struct Judge {
  public let release: KernelRelease
  public let knownIssues: [KnownIssue]

  public init(release: KernelRelease, knownIssues: [KnownIssue] = []) {
    self.release = release
    self.knownIssues = knownIssues.filter { $0.isHad(by: release) }
  }

  /// - Returns: the verdict; with `disagree` the first divergence that nothing explains.
  public func judge(_ scenario: Scenario, _ report: RunReport, waiters: WaiterKind) -> Verdict {
    judgement(scenario, report, waiters).verdict
  }

  /// The verdict, and the operations whose divergence a known issue explains.
  private func judgement(_ scenario: Scenario, _ report: RunReport, _ waiters: WaiterKind)
    -> (verdict: Verdict, setAside: [Int: KnownIssue])
  {
    var setAside: [Int: KnownIssue] = [:]
    var names: [String] = []
    switch report.end {
    case .skipped(let reason): return (complained(scenario, report, waiters, &names) ?? .skipped(reason), setAside)
    case .harnessFault(let reason):
      return (complained(scenario, report, waiters, &names) ?? .harnessFault(reason), setAside)
    case .completed, .hung: break
    }
    while true {
      let verdict = judge(scenario, report, setAside)
      guard case .disagree(let divergence) = verdict else {
        if let complaint = complained(scenario, report, waiters, &names) { return (complaint, setAside) }
        return (names.isEmpty || verdict.kind != .agree ? verdict : .known(names), setAside)
      }
      let issue = knownIssues.first { $0.explains(divergence, of: scenario, waiters, release) }
      guard let issue, setAside[divergence.position] == nil else { return (verdict, setAside) }
      setAside[divergence.position] = issue
      if !names.contains(issue.name) { names.append(issue.name) }
    }
  }

  /// The disagreement of the first line in the kernel log that nothing explains. `names` gets those that are known.
  private func complained(
    _ scenario: Scenario, _ report: RunReport, _ waiters: WaiterKind, _ names: inout [String]
  ) -> Verdict? {
    for event in report.kernelEvents {
      let divergence = Divergence(of: event, position: max(0, report.observations.count - 1))
      let issue = knownIssues.first { $0.explains(divergence, of: scenario, waiters, release) }
      guard let issue else { return .disagree(divergence) }
      if !names.contains(issue.name) { names.append(issue.name) }
    }
    return nil
  }

  /// Complaints in the kernel log beside the disagreement of the verdict, which must not hide them.
  public func furtherDivergences(
    _ scenario: Scenario, _ report: RunReport, beside found: Divergence, _ kind: WaiterKind
  )
    -> [Divergence]
  {
    report.kernelEvents.map { Divergence(of: $0, position: max(0, report.observations.count - 1)) }.filter { event in
      event != found && !knownIssues.contains { $0.explains(event, of: scenario, kind, release) }
    }
  }

  private func judge(_ scenario: Scenario, _ report: RunReport, _ setAside: [Int: KnownIssue]) -> Verdict {
    var follower = ScenarioFollower(release: release)
    for (position, operation) in scenario.operations.enumerated() {
      guard position < report.observations.count else {
        return verdict(ofEnd: report.end, at: position, operation, follower)
      }
      let observed = report.observations[position]
      if let issue = setAside[position] {
        guard let deviation = issue.deviation else { continue }
        if follower.step(operation, observed, deviating: deviation) { continue }
      }
      let memory = follower.memory.touched(by: operation)
      func divergence(_ rule: String, _ promised: String, seen: String? = nil) -> Verdict {
        .disagree(
          Divergence(
            position: position, rule: rule, operation: operation.kind.keyword, memory: memory, promised: promised,
            seen: seen ?? Wording.text(observed, scenario.names)))
      }
      do throws(Disagreement) {
        if let reason = try follower.step(operation, observed) { return .undecided(reason) }
      } catch {
        return divergence(error.rule.rawValue, Wording.text(error.promise, scenario.names))
      }
      if let stated = operation.stated, !stated.holds(of: observed) {
        return divergence("stated", Wording.text(stated, scenario.names))
      }
      if let alarm = report.alarms.first(where: { $0.position == position }) {
        return divergence(alarm.rule, "nothing of the kind", seen: alarm.text)
      }
    }
    if case .hung(let hang) = report.end {
      return .harnessFault("the run hung after its last operation (\(hang.rule)): \(hang.description)")
    }
    return .agree
  }

  /// A run that ended before this operation had an answer.
  private func verdict(
    ofEnd end: RunReport.End, at position: Int, _ operation: Operation, _ follower: ScenarioFollower
  ) -> Verdict {
    switch end {
    case .hung(let hang) where hang.rule == "slow-machine":
      return .undecided("the machine was too slow: \(hang.description)")
    case .hung(let hang):
      return .disagree(
        Divergence(
          position: position, rule: hang.rule, operation: operation.kind.keyword,
          memory: follower.memory.touched(by: operation), promised: "an answer", seen: hang.description))
    default:
      return .harnessFault("the run gave no answer for operation \(position + 1), \(operation.kind.keyword)")
    }
  }

  /// Both answers side by side, up to and including the divergence of the verdict; after it only what was seen.
  public func comparison(_ scenario: Scenario, _ report: RunReport, waiters: WaiterKind) -> [Finding.ComparisonLine] {
    let (verdict, setAside) = judgement(scenario, report, waiters)
    var divergence: Int?
    if case .disagree(let found) = verdict { divergence = found.position }
    var follower: ScenarioFollower? = ScenarioFollower(release: release)
    return scenario.operations.enumerated().map { position, operation in
      let observed = position < report.observations.count ? report.observations[position] : nil
      let promised = follower.map { Wording.text($0.contract.promise(for: operation), scenario.names) }
      if position == divergence || observed == nil { follower = nil }
      if let observed, let issue = setAside[position], position != divergence {
        if let deviation = issue.deviation { _ = follower?.step(operation, observed, deviating: deviation) }
      } else if let observed {
        do throws(Disagreement) {
          if try follower?.step(operation, observed) != nil { follower = nil }
        } catch {
          follower = nil
        }
      }
      return Finding.ComparisonLine(
        operation: Wording.text(operation, scenario.names), promised: promised ?? "",
        seen: observed.map { Wording.text($0, scenario.names) } ?? "no answer", diverges: position == divergence)
    }
  }
}
