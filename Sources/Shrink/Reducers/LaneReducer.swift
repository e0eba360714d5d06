import Scenario

/// Makes a race a sequence, or takes a lane away, or an operation out of its lane.
struct LaneReducer: Reducer {
  let name = "lanes"
  func reduce(_ bench: inout Workbench) {
    var element = bench.best.elements.count - 1
    while element >= 0, bench.stopped == nil {
      if element < bench.best.elements.count, case .race(let lanes) = bench.best.elements[element] {
        let best = bench.best
        func replaced(by elements: [Scenario.Element]) -> Scenario {
          var scenario = best
          scenario.elements.replaceSubrange(element...element, with: elements)
          return scenario
        }
        let orders = lanes.indices.map { first in
          [lanes[first]] + lanes.indices.filter { $0 != first }.map { lanes[$0] }
        }
        var candidates = orders.map { replaced(by: $0.flatMap(Self.sequence)) }
        candidates += lanes.indices.map { index in
          replaced(by: [.race(lanes.enumerated().filter { $0.offset != index }.map(\.element))])
        }
        for index in lanes.indices where !lanes[index].operations.isEmpty {
          var before = lanes
          let first = before[index].operations.removeFirst()
          candidates.append(replaced(by: Self.sequence(Scenario.Lane(lanes[index].actor, [first])) + [.race(before)]))
          var after = lanes
          let last = after[index].operations.removeLast()
          candidates.append(replaced(by: [.race(after)] + Self.sequence(Scenario.Lane(lanes[index].actor, [last]))))
        }
        _ = bench.attemptFirst(candidates)
      }
      element -= 1
    }
  }

  private static func sequence(_ lane: Scenario.Lane) -> [Scenario.Element] {
    lane.operations.map { operation in
      var operation = operation
      operation.actor = lane.actor
      return .operation(operation)
    }
  }
}
