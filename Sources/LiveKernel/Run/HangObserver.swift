/// Looks at a run that hangs, while its agents are still there.
public protocol HangObserver: Sendable {
  /// What is to be said of the agents: stacks, system calls, states.
  func observe(_ hang: Hang) -> [String]
}

/// A run that did not end in time.
public struct Hang: Sendable {
  /// Process numbers of the agents that take part.
  public var processes: [Int32]
  /// The one whose turn it was.
  public var acting: Int32
  /// Index of the operation that did not end.
  public var operation: Int
  /// Milliseconds that were waited.
  public var limit: Int
}
