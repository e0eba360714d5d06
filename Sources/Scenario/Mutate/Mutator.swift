/// One way to make a scenario from another.
///
/// Mutators may leave identifiers out of order or referring to nothing: `ScenarioMutator` repairs what they make.
protocol Mutator: Sendable {
  /// `nil` when the scenario has nothing that this mutator could change.
  func mutate<Random: RandomNumberGenerator>(_ scenario: Scenario, using random: inout Random) -> Scenario?
}

extension Scenario {
  /// The place of an operation of chance.
  func anyPosition<Random: RandomNumberGenerator>(using random: inout Random) -> OperationPosition? {
    let count = elements.reduce(0) { count, element in
      switch element {
      case .operation: count + 1
      case .race(let lanes): lanes.reduce(count) { $0 + $1.operations.count }
      }
    }
    guard count > 0 else { return nil }
    var rest = random.below(count)
    for (element, content) in elements.enumerated() {
      switch content {
      case .operation:
        if rest == 0 { return OperationPosition(element: element) }
        rest -= 1
      case .race(let lanes):
        for (lane, content) in lanes.enumerated() {
          if rest < content.operations.count { return OperationPosition(element: element, lane: lane, index: rest) }
          rest -= content.operations.count
        }
      }
    }
    return nil
  }
}
