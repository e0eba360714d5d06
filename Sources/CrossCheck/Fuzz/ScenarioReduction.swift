import Scenario

/// Makes a scenario smaller by leaving out one operation at a time, the last ones first: what comes later depends on what
/// comes before. `keywake minimize` does more, and takes longer.
enum ScenarioReduction {
  /// - Parameters:
  ///   - tries: how often `keeps` may be asked.
  ///   - mayGo: whether an operation may be left out at all.
  ///   - keeps: whether a smaller scenario still shows what it is kept for.
  static func reduce(
    _ scenario: Scenario, tries: Int, mayGo: (OperationPosition) -> Bool = { _ in true }, keeps: (Scenario) -> Bool
  ) -> Scenario {
    var best = scenario
    var left = tries
    // What is taken out leaves the positions before it as they are.
    for position in scenario.locatedOperations.map(\.position).reversed() where left > 0 && mayGo(position) {
      if let smaller = without(best, position), smaller.problems().isEmpty {
        left -= 1
        if keeps(smaller) { best = smaller }
      }
    }
    return best
  }

  private static func without(_ scenario: Scenario, _ position: OperationPosition) -> Scenario? {
    var smaller = scenario
    smaller.remove(at: position)
    guard case .race(let lanes) = scenario.elements[position.element],
      case .race(let kept) = smaller.elements[position.element]
    else { return smaller }
    let filled = kept.filter { !$0.operations.isEmpty }
    // A race of one lane is none.
    if filled.count > 1 {
      smaller.elements[position.element] = .race(filled)
    } else if lanes.count > 1 {
      return nil
    } else {
      smaller.elements.remove(at: position.element)
    }
    return smaller
  }
}
