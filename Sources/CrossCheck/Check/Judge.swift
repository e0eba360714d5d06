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
    if scenario.hasRace { return races.verdict(scenario, report, waiters: waiters) }
    return judgement(scenario, report, waiters).verdict
  }

  /// The same for scenarios with races.
  public var races: RaceJudge { RaceJudge(release: release, knownIssues: knownIssues) }

  /// The known issue that explains the divergence.
  public func knownIssue(of divergence: Divergence, in scenario: Scenario, waiters: WaiterKind) -> KnownIssue? {
    knownIssues.first { $0.explains(divergence, of: scenario, waiters, release) }
  }

  /// What known issues explain of a run.
  private struct Explained {
    /// Operations whose divergence is one.
    var operations: [Int: KnownIssue] = [:]
    /// The operation that lost all private waiters of its process, where only that explains what came later.
    var loss: Int?
  }

  /// The verdict, and what known issues explain.
  private func judgement(_ scenario: Scenario, _ report: RunReport, _ waiters: WaiterKind)
    -> (verdict: Verdict, setAside: Explained)
  {
    var setAside = Explained()
    switch report.end {
    case .skipped(let reason): return (.skipped(reason), setAside)
    case .harnessFault(let reason): return (.harnessFault(reason), setAside)
    case .completed, .hung: break
    }
    var names: [String] = []
    while true {
      let verdict = judge(scenario, report, setAside)
      guard case .disagree(let divergence) = verdict else {
        return (names.isEmpty || verdict.kind != .agree ? verdict : .known(names), setAside)
      }
      let issue = knownIssue(of: divergence, in: scenario, waiters: waiters)
      guard let issue else { return (verdict, setAside) }
      if setAside.operations.updateValue(issue, forKey: divergence.position) != nil {
        // Not by what it does to this call alone: by what an earlier call did, unseen, to waiters that were lost.
        guard let loss = loss(that: issue, explains: divergence, scenario, report, setAside) else {
          return (verdict, setAside)
        }
        setAside = Explained(loss: loss)
      }
      if !names.contains(issue.name) { names.append(issue.name) }
    }
  }

  /// The operation after which all private waiters of its process are lost, so that the run agrees for longer.
  private func loss(
    that issue: KnownIssue, explains divergence: Divergence, _ scenario: Scenario, _ report: RunReport,
    _ setAside: Explained
  ) -> Int? {
    guard issue.deviation == .overlooksPrivateWaiters, setAside.loss == nil else { return nil }
    let operations = scenario.operations
    return operations.indices.prefix(divergence.position).first { position in
      guard issue.after.contains(operations[position].kind) else { return false }
      let verdict = judge(scenario, report, Explained(loss: position))
      guard case .disagree(let later) = verdict else { return true }
      return later.position > divergence.position
    }
  }

  private func judge(_ scenario: Scenario, _ report: RunReport, _ setAside: Explained) -> Verdict {
    var follower = ScenarioFollower(release: release)
    for (position, operation) in scenario.operations.enumerated() {
      guard position < report.observations.count else {
        return verdict(ofEnd: report.end, at: position, operation, follower)
      }
      let observed = report.observations[position]
      defer { if position == setAside.loss { follower.loseWaiters(of: operation.actor) } }
      if let issue = setAside.operations[position] {
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

  /// Waiters that the operation was promised to wake, and that still sleep after it.
  public func missingWaiters(
    _ scenario: Scenario, _ report: RunReport, at position: Int, waiters: WaiterKind
  ) -> [WaiterID] {
    if scenario.hasRace { return [] }
    let setAside = judgement(scenario, report, waiters).setAside
    var follower = ScenarioFollower(release: release)
    for (index, operation) in scenario.operations.enumerated() where index < report.observations.count {
      let observed = report.observations[index]
      if index == position {
        let ways = follower.contract.promise(for: operation).ways
        guard !ways.contains(where: { $0.allows(observed) }), let way = ways.first else { return [] }
        let woken = observed.woken
        return way.ended.filter { $0.end == .woken }.map(\.waiter).filter { !woken.contains($0) }
      }
      defer { if index == setAside.loss { follower.loseWaiters(of: operation.actor) } }
      if let issue = setAside.operations[index] {
        if let deviation = issue.deviation { _ = follower.step(operation, observed, deviating: deviation) }
      } else {
        _ = try? follower.step(operation, observed)
      }
    }
    return []
  }

  /// Both answers side by side, up to and including the divergence of the verdict; after it only what was seen.
  public func comparison(_ scenario: Scenario, _ report: RunReport, waiters: WaiterKind) -> [Finding.ComparisonLine] {
    if scenario.hasRace { return races.comparison(scenario, report, waiters: waiters) }
    let (verdict, setAside) = judgement(scenario, report, waiters)
    var divergence: Int?
    if case .disagree(let found) = verdict { divergence = found.position }
    var follower: ScenarioFollower? = ScenarioFollower(release: release)
    return scenario.operations.enumerated().map { position, operation in
      let observed = position < report.observations.count ? report.observations[position] : nil
      let promised = follower.map { Wording.text($0.contract.promise(for: operation), scenario.names) }
      if position == divergence || observed == nil { follower = nil }
      defer { if position == setAside.loss { follower?.loseWaiters(of: operation.actor) } }
      if let observed, let issue = setAside.operations[position], position != divergence {
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
