import Scenario

/// Puts operations where they like to stand, and those of one actor together: the fewest changes from one to another.
struct OrderReducer: Reducer {
  let name = "order"
  func reduce(_ bench: inout Workbench) {
    if bench.attempt(Self.sorted(bench.best)) { return }
    var index = 1
    while index < bench.best.elements.count, bench.stopped == nil {
      let best = bench.best
      // Two places are worth a try: after its actor's operation before it, and where its kind belongs.
      let places = Set([Self.afterOwn(index, best), Self.byRank(index, best)].compactMap { $0 }.filter { $0 < index })
      _ = bench.attemptFirst(
        places.sorted().map { place in
          var candidate = best
          candidate.elements.insert(candidate.elements.remove(at: index), at: place)
          return candidate
        })
      index += 1
    }
  }

  private static func rank(_ element: Scenario.Element) -> Int {
    if case .operation(let operation) = element { return Complexity.rank(operation) }
    return 4
  }
  private static func actor(_ element: Scenario.Element) -> ActorID? {
    if case .operation(let operation) = element { return operation.actor }
    return nil
  }

  /// By rank, the order otherwise kept.
  private static func sorted(_ scenario: Scenario) -> Scenario {
    let elements = (0...4).flatMap { wanted in scenario.elements.filter { rank($0) == wanted } }
    return Scenario(elements, names: scenario.names)
  }
  private static func afterOwn(_ index: Int, _ scenario: Scenario) -> Int? {
    guard let own = actor(scenario.elements[index]) else { return nil }
    return scenario.elements[..<index].lastIndex { actor($0) == own }.map { $0 + 1 }
  }
  private static func byRank(_ index: Int, _ scenario: Scenario) -> Int? {
    let own = rank(scenario.elements[index])
    return scenario.elements[..<index].firstIndex { rank($0) > own }
  }
}
