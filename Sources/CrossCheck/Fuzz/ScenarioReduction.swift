import Scenario

/// Makes a scenario smaller by leaving out one operation at a time, the last ones first: what comes later depends on what
/// comes before. `keywake minimize` does more, and takes longer.
enum ScenarioReduction {
  /// - Parameters:
  ///   - tries: how often `keeps` may be asked.
  ///   - keeps: whether a smaller scenario still shows what it is kept for.
  static func reduce(_ scenario: Scenario, tries: Int, keeps: (Scenario) -> Bool) -> Scenario {
    var best = scenario
    var left = tries
    var position = best.operations.count - 1
    while position >= 0, left > 0 {
      if let smaller = without(best, position), smaller.problems().isEmpty {
        left -= 1
        if keeps(smaller) { best = smaller }
      }
      position = min(position - 1, best.operations.count - 1)
    }
    return best
  }

  private static func without(_ scenario: Scenario, _ position: Int) -> Scenario? {
    var elements: [Scenario.Element] = []
    var index = 0
    for element in scenario.elements {
      switch element {
      case .operation:
        if index != position { elements.append(element) }
        index += 1
      case .race(let lanes):
        var kept: [Scenario.Lane] = []
        for var lane in lanes {
          let start = index
          index += lane.operations.count
          if start <= position, position < index { lane.operations.remove(at: position - start) }
          if !lane.operations.isEmpty { kept.append(lane) }
        }
        // A race of one lane is none.
        if kept.count > 1 { elements.append(.race(kept)) } else if lanes.count > 1 { return nil }
      }
    }
    return Scenario(elements, names: scenario.names)
  }
}
