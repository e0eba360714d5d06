extension Scenario {
  /// Takes the operation out. Identifiers stay as they are: `repaired()` brings them in order.
  mutating func remove(at position: OperationPosition) {
    switch elements[position.element] {
    case .operation: elements.remove(at: position.element)
    case .race(var lanes):
      lanes[position.lane ?? 0].operations.remove(at: position.index)
      elements[position.element] = .race(lanes)
    }
  }
}
