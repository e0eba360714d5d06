/// A scenario: a list of operations, some of them in races, with the names that its author gave.
public struct Scenario: Hashable, Sendable {
  public var elements: [Element]
  public var names: Names

  public init(_ elements: [Element] = [], names: Names = Names()) {
    self.elements = elements
    self.names = names
  }

  public enum Element: Hashable, Sendable {
    case operation(Operation)
    /// Lanes that run concurrently; the next element starts when all have ended.
    case race([Lane])
  }

  /// One lane of a race: operations of one actor, in order.
  public struct Lane: Hashable, Sendable {
    public var actor: ActorID
    public var operations: [Operation]
    public init(_ actor: ActorID, _ operations: [Operation]) {
      self.actor = actor
      self.operations = operations
    }
  }

  /// Every operation in the order of the text, those of races lane by lane.
  public var operations: [Operation] {
    elements.flatMap { element in
      switch element {
      case .operation(let operation): [operation]
      case .race(let lanes): lanes.flatMap(\.operations)
      }
    }
  }
  public var hasRace: Bool {
    elements.contains { if case .race = $0 { true } else { false } }
  }
}
