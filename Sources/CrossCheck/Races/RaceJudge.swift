import Contract
import LiveKernel
import Scenario

/// Holds one run of a scenario with races against the Contract: the operations before, each race's outcome as a whole,
/// and the operations after, from the states that agree with that outcome.
public struct RaceJudge {
  public let release: KernelRelease
  public init(release: KernelRelease) { self.release = release }

  public func standing(_ scenario: Scenario, _ run: [Observation], _ notes: [Note]) -> LitmusReport.Standing {
    var contract = Contract(release: release)
    var index = 0
    for element in scenario.elements {
      switch element {
      case .operation(let operation):
        let observed = run[index]
        do throws(Disagreement) {
          if let reason = try contract.step(operation, observed: observed) { return .undecided(reason) }
        } catch {
          return .forbidden(
            "\(Wording.text(operation, scenario.names)): promised \(Wording.text(error.promise, scenario.names)), seen "
              + Wording.text(observed, scenario.names))
        }
        if let problem = stated(operation, observed, scenario) { return .forbidden(problem) }
        index += 1
      case .race(let lanes):
        let outcome = Self.outcome(of: lanes, run[index...])
        guard let isAllowed = contract.step(race: lanes, results: outcome.results, ended: outcome.ended) else {
          return .undecided(contract.lost ?? "nothing is promised of the race")
        }
        if !isAllowed { return .forbidden("no order of the lanes' operations gives this outcome") }
        for operation in lanes.flatMap(\.operations) {
          // Who woke whom inside a race is not seen.
          if let stated = operation.stated, stated.result != run[index].result {
            return .forbidden(
              "\(Wording.text(operation, scenario.names)): stated \(stated.result), seen \(run[index].result)")
          }
          index += 1
        }
      }
    }
    let alarm = notes.first { $0.kind != .didNotLeave }
    return alarm.map { .forbidden($0.text) } ?? .allowed
  }

  private func stated(_ operation: Operation, _ observed: Observation, _ scenario: Scenario) -> String? {
    guard let stated = operation.stated, !stated.holds(of: observed) else { return nil }
    return "\(Wording.text(operation, scenario.names)): stated \(Wording.text(stated, scenario.names)), seen "
      + Wording.text(observed, scenario.names)
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
}
