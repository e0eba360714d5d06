/// Where an operation stands in a scenario.
public struct OperationPosition: Hashable, Comparable, Sendable {
  /// Index into `Scenario.elements`.
  public var element: Int
  /// Index of the lane, for operations of a race.
  public var lane: Int?
  /// Index into the lane's operations; 0 for an operation that is an element of its own.
  public var index: Int

  public init(element: Int, lane: Int? = nil, index: Int = 0) {
    self.element = element
    self.lane = lane
    self.index = index
  }
  public static func < (left: Self, right: Self) -> Bool {
    (left.element, left.lane ?? -1, left.index) < (right.element, right.lane ?? -1, right.index)
  }
}

/// An operation together with its place.
public struct LocatedOperation: Hashable, Sendable {
  public var position: OperationPosition
  public var operation: Operation
}

extension Scenario {
  /// Every operation with its place, in the order of the text, those of races lane by lane.
  public var locatedOperations: [LocatedOperation] {
    var located: [LocatedOperation] = []
    for (element, content) in elements.enumerated() {
      switch content {
      case .operation(let operation):
        located.append(LocatedOperation(position: .init(element: element), operation: operation))
      case .race(let lanes):
        for (lane, content) in lanes.enumerated() {
          for (index, operation) in content.operations.enumerated() {
            located.append(
              LocatedOperation(
                position: .init(element: element, lane: lane, index: index), operation: operation))
          }
        }
      }
    }
    return located
  }

  public subscript(position: OperationPosition) -> Operation {
    get {
      switch elements[position.element] {
      case .operation(let operation): return operation
      case .race(let lanes): return lanes[position.lane ?? 0].operations[position.index]
      }
    }
    set {
      switch elements[position.element] {
      case .operation: elements[position.element] = .operation(newValue)
      case .race(var lanes):
        lanes[position.lane ?? 0].operations[position.index] = newValue
        elements[position.element] = .race(lanes)
      }
    }
  }
}
