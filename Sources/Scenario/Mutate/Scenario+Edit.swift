extension Scenario {
  /// Takes the operation out. Identifiers stay as they are: `repaired()` brings them in order.
  public mutating func remove(at position: OperationPosition) {
    switch elements[position.element] {
    case .operation: elements.remove(at: position.element)
    case .race(var lanes):
      lanes[position.lane ?? 0].operations.remove(at: position.index)
      elements[position.element] = .race(lanes)
    }
  }

  /// Puts an operation before the one at the position. In a lane it becomes the lane's.
  public mutating func insert(_ operation: Operation, at position: OperationPosition) {
    guard position.element < elements.count, case .race(var lanes) = elements[position.element],
      let lane = position.lane
    else { return elements.insert(.operation(operation), at: position.element) }
    var operation = operation
    operation.actor = lanes[lane].actor
    lanes[lane].operations.insert(operation, at: position.index)
    elements[position.element] = .race(lanes)
  }

  /// Without what its author stated: a changed scenario has other results.
  public func withoutStated() -> Scenario {
    var scenario = self
    for index in elements.indices {
      switch elements[index] {
      case .operation(var operation):
        guard operation.stated != nil else { continue }
        operation.stated = nil
        scenario.elements[index] = .operation(operation)
      case .race(var lanes):
        for lane in lanes.indices {
          for place in lanes[lane].operations.indices { lanes[lane].operations[place].stated = nil }
        }
        scenario.elements[index] = .race(lanes)
      }
    }
    return scenario
  }
}
