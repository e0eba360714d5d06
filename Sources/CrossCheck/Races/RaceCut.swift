import Contract
import Scenario

/// Makes races smaller whose allowed outcomes are too many to list for each of many scenarios.
public enum RaceCut {
  /// Nodes of the Contract's search at most: a few milliseconds.
  public static let nodes = 600

  /// The scenario with the last operations of the longest lanes left out, as many as must be; `nil` if none need to be.
  public static func cut(_ scenario: Scenario, release: KernelRelease) -> Scenario? {
    var result = scenario
    var didCut = false
    // Each turn leaves out one operation at least.
    while let (element, lanes) = tooLarge(result, release) {
      didCut = true
      var lanes = lanes
      guard let longest = lanes.indices.max(by: { lanes[$0].operations.count < lanes[$1].operations.count }) else {
        break
      }
      lanes[longest].operations.removeLast()
      lanes.removeAll(where: \.operations.isEmpty)
      result.elements[element] = .race(lanes)
      result = result.repaired()
    }
    return didCut ? result : nil
  }

  private static func tooLarge(_ scenario: Scenario, _ release: KernelRelease) -> (Int, [Scenario.Lane])? {
    var contract = Contract(release: release)
    for (index, element) in scenario.elements.enumerated() {
      switch element {
      case .operation(let operation): contract.step(operation)
      case .race(let lanes):
        let promise = contract.allowedOutcomes(of: lanes, nodes: nodes)
        if promise.nodes > nodes { return (index, lanes) }
        contract.step(race: lanes)
      }
      if contract.lost != nil { return nil }
    }
    return nil
  }
}
