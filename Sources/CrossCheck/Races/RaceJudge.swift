import Contract
import LiveKernel
import Scenario

/// Holds one run of a scenario with races against the Contract: the operations before, each race's outcome as a whole,
/// and the operations after, from the states that agree with that outcome.
public struct RaceJudge {
  public let release: KernelRelease
  public let knownIssues: [KnownIssue]

  public init(release: KernelRelease, knownIssues: [KnownIssue] = []) {
    self.release = release
    self.knownIssues = knownIssues.filter { $0.isHad(by: release) }
  }

  /// The verdict on one run.
  public func verdict(_ scenario: Scenario, _ report: RunReport, waiters: WaiterKind) -> Verdict {
    switch report.end {
    case .skipped(let reason): return .skipped(reason)
    case .harnessFault(let reason): return .harnessFault(reason)
    case .hung(let hang) where hang.rule == "slow-machine":
      return .undecided("the machine was too slow: \(hang.description)")
    case .completed, .hung: break
    }
    var walk = Walk(scenario, report, self, waiters)
    let verdict = walk.go()
    guard case .agree = verdict, !walk.known.isEmpty else { return verdict }
    return .known(walk.known)
  }

  /// The known issue that explains a divergence.
  private func issue(_ divergence: Divergence, _ lanes: [Scenario.Lane]?, _ scenario: Scenario, _ kind: WaiterKind)
    -> KnownIssue?
  {
    knownIssues.first { issue in
      guard let lanes, divergence.rule == Divergence.raceRule else {
        return issue.explains(divergence, of: scenario, kind, release)
      }
      return issue.explains(race: lanes, at: divergence.position, of: scenario, kind)
    }
  }

  /// One run, from its first operation to the first divergence that nothing explains.
  private struct Walk {
    let scenario: Scenario
    let report: RunReport
    let judge: RaceJudge
    let waiters: WaiterKind
    var follower: ScenarioFollower
    var index = 0
    var known: [String] = []

    init(_ scenario: Scenario, _ report: RunReport, _ judge: RaceJudge, _ waiters: WaiterKind) {
      self.scenario = scenario
      self.report = report
      self.judge = judge
      self.waiters = waiters
      follower = ScenarioFollower(release: judge.release)
    }

    mutating func go() -> Verdict {
      for element in scenario.elements {
        let verdict: Verdict?
        switch element {
        case .operation(let operation):
          verdict = step(operation)
          index += 1
        case .race(let lanes):
          verdict = step(lanes)
          index += lanes.reduce(0) { $0 + $1.operations.count }
        }
        if let verdict { return verdict }
      }
      if let alarm = report.alarms.first {
        let operations = scenario.operations
        let operation = alarm.position < operations.count ? operations[alarm.position].kind.keyword : "none"
        return explained(
          Divergence(
            position: alarm.position, rule: alarm.rule, operation: operation, memory: "none",
            promised: "nothing of the kind", seen: alarm.text), nil)
      }
      if case .hung(let hang) = report.end {
        return .harnessFault("the run hung after its last operation (\(hang.rule)): \(hang.description)")
      }
      return .agree
    }

    /// `agree` when a known issue explains it.
    private mutating func explained(_ divergence: Divergence, _ lanes: [Scenario.Lane]?) -> Verdict {
      guard let issue = judge.issue(divergence, lanes, scenario, waiters) else { return .disagree(divergence) }
      if !known.contains(issue.name) { known.append(issue.name) }
      return .agree
    }

    private func hangOrFault(_ operation: Operation, _ memory: String) -> Verdict {
      guard case .hung(let hang) = report.end else {
        return .harnessFault("the run gave no answer for operation \(index + 1), \(operation.kind.keyword)")
      }
      return .disagree(
        Divergence(
          position: index, rule: hang.rule, operation: operation.kind.keyword, memory: memory, promised: "an answer",
          seen: hang.description))
    }

    private mutating func step(_ operation: Operation) -> Verdict? {
      let memory = follower.memory.touched(by: operation)
      guard index < report.observations.count else { return hangOrFault(operation, memory) }
      let observed = report.observations[index]
      let before = follower
      func divergence(_ rule: String, _ promised: String) -> Divergence {
        Divergence(
          position: index, rule: rule, operation: operation.kind.keyword, memory: memory, promised: promised,
          seen: Wording.text(observed, scenario.names))
      }
      do throws(Disagreement) {
        if let reason = try follower.step(operation, observed) { return .undecided(reason) }
      } catch {
        let divergence = divergence(error.rule.rawValue, Wording.text(error.promise, scenario.names))
        let verdict = explained(divergence, nil)
        guard verdict.kind == .agree else { return verdict }
        // Only a kernel that is wrong in the way that is known is followed any further.
        follower = before
        let deviation = judge.issue(divergence, nil, scenario, waiters)?.deviation
        if let deviation, follower.step(operation, observed, deviating: deviation) { return nil }
        return .agree
      }
      if let stated = operation.stated, !stated.holds(of: observed) {
        return explained(divergence("stated", Wording.text(stated, scenario.names)), nil)
      }
      return nil
    }

    private mutating func step(_ lanes: [Scenario.Lane]) -> Verdict? {
      let operations = lanes.flatMap { lane in
        lane.operations.map { operation in
          var operation = operation
          if operation.actor == nil, !operation.kind.hasNoActor { operation.actor = lane.actor }
          return operation
        }
      }
      guard let first = operations.first else { return nil }
      let memory = operations.map { follower.memory.touched(by: $0) }.first { $0 != "none" } ?? "none"
      guard index + operations.count <= report.observations.count else { return hangOrFault(first, memory) }
      let outcome = RaceJudge.outcome(of: lanes, report.observations[index...])
      let before = follower.contract
      guard let isAllowed = follower.step(race: lanes, operations, results: outcome.results, ended: outcome.ended)
      else {
        return .undecided(follower.contract.lost ?? "nothing is promised of the race")
      }
      func divergence(_ position: Int, _ rule: String, _ promised: String, _ seen: String) -> Divergence {
        Divergence(
          position: position, rule: rule, operation: Self.kinds(lanes), memory: memory, promised: promised, seen: seen)
      }
      if !isAllowed {
        let promise = before.allowedOutcomes(of: lanes)
        let allowed = promise.allowed.filter { !$0.hasSpuriousFault }.prefix(4).map {
          Wording.text($0.outcome, scenario.names)
        }
        return explained(
          divergence(
            index, Divergence.raceRule,
            "one of \(promise.allowed.count): \(allowed.joined(separator: ", or "))\(promise.allowed.count > 4 ? ", ..." : "")",
            RaceJudge.text(outcome.results, outcome.ended, scenario.names)), lanes)
      }
      for (offset, operation) in operations.enumerated() {
        // Who woke whom inside a race is not seen.
        guard let stated = operation.stated, stated.result != report.observations[index + offset].result else {
          continue
        }
        return explained(
          divergence(
            index + offset, "stated", "\(stated.result)", "\(report.observations[index + offset].result)"), nil)
      }
      return nil
    }

    /// `wait-store+wake`: what the lanes do, for the signature.
    private static func kinds(_ lanes: [Scenario.Lane]) -> String {
      lanes.map { RaceCalls.text(of: $0) }.joined(separator: RaceCalls.between)
    }
  }

  /// Both answers side by side. Of a race's operations nothing is promised one by one.
  func comparison(_ scenario: Scenario, _ report: RunReport, waiters: WaiterKind) -> [Finding.ComparisonLine] {
    var divergence: Int?
    if case .disagree(let found) = verdict(scenario, report, waiters: waiters) { divergence = found.position }
    var follower: ScenarioFollower? = ScenarioFollower(release: release)
    var lines: [Finding.ComparisonLine] = []
    func seen(_ index: Int) -> String {
      index < report.observations.count ? Wording.text(report.observations[index], scenario.names) : "no answer"
    }
    for element in scenario.elements {
      switch element {
      case .operation(let operation):
        let index = lines.count
        lines.append(
          Finding.ComparisonLine(
            operation: Wording.text(operation, scenario.names),
            promised: follower.map { Wording.text($0.contract.promise(for: operation), scenario.names) } ?? "",
            seen: seen(index), diverges: index == divergence))
        guard index != divergence, index < report.observations.count else {
          follower = nil
          continue
        }
        do throws(Disagreement) {
          if try follower?.step(operation, report.observations[index]) != nil { follower = nil }
        } catch {
          follower = nil
        }
      case .race(let lanes):
        let start = lines.count
        for (number, lane) in lanes.enumerated() {
          for operation in lane.operations {
            var operation = operation
            operation.actor = operation.actor ?? lane.actor
            lines.append(
              Finding.ComparisonLine(
                operation: "lane \(number + 1): " + Wording.text(operation, scenario.names), promised: "",
                seen: seen(lines.count), diverges: lines.count == divergence))
          }
        }
        guard lines.count <= report.observations.count else {
          follower = nil
          continue
        }
        let outcome = Self.outcome(of: lanes, report.observations[start...])
        if follower?.step(race: lanes, lanes.flatMap(\.operations), results: outcome.results, ended: outcome.ended)
          != true
        {
          follower = nil
        }
      }
    }
    return lines
  }

  /// What the lanes gave, from the observations that begin with their first operation.
  static func outcome(of lanes: [Scenario.Lane], _ run: ArraySlice<Observation>)
    -> (results: [[OperationResult]], ended: [EndedWaiter])
  {
    var rest = run
    var results: [[OperationResult]] = []
    var ended: [EndedWaiter] = []
    for lane in lanes {
      let own = rest.prefix(lane.operations.count)
      results.append(own.map(\.result))
      ended += own.flatMap(\.ended)
      rest = rest.dropFirst(lane.operations.count)
    }
    return (results, ended.sorted { $0.waiter < $1.waiter })
  }

  /// `waits | 0 1 | wakes w`.
  static func text(_ results: [[OperationResult]], _ ended: [EndedWaiter], _ names: Names) -> String {
    let ended = Wording.text(ended, names)
    let lanes = results.map { $0.map { "\($0)" }.joined(separator: " ") }
    return (lanes + [ended.isEmpty ? "wakes nobody" : String(ended.dropFirst())]).joined(separator: " | ")
  }
}
