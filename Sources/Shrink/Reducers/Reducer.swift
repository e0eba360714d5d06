import Scenario

/// One pass: proposes candidates to the workbench, each made of the best scenario so far. It goes over the scenario
/// once, in a fixed order, and never repeats itself until nothing changes: rounds are the minimiser's business.
public protocol Reducer: Sendable {
  var name: String { get }
  func reduce(_ bench: inout Workbench)
}

/// All passes, in the order in which a round makes them: what takes away most comes first.
public enum Reducers {
  public static let all: [any Reducer] = [
    SuffixReducer(), StatementReducer(), ChunkReducer(), LaneReducer(), ActorReducer(), FileReducer(), SlotReducer(),
    KindReducer(), PlaceReducer(), OperandReducer(), StoreReducer(), SizeReducer(), PairReducer(), OrderReducer(),
  ]
}

extension Scenario {
  /// Without the operations with these indices into `operations`. Not repaired.
  func removing(_ indices: some Sequence<Int>) -> Scenario {
    let located = locatedOperations
    var scenario = self
    for index in indices.sorted().reversed() where index < located.count {
      scenario.remove(at: located[index].position)
    }
    return scenario
  }

  /// With each operation replaced by what the transformation makes of it.
  func mapOperations(_ transform: (Operation) -> Operation) -> Scenario {
    var scenario = self
    for place in locatedOperations { scenario[place.position] = transform(place.operation) }
    return scenario
  }

  /// Indices into `operations` of those that fulfil the condition.
  func indices(where condition: (Operation) -> Bool) -> [Int] {
    operations.enumerated().filter { condition($0.element) }.map(\.offset)
  }
}
