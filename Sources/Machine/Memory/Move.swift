/// What can happen next in a race: a thread steps, a store of its leaves the buffer, or a load is satisfied early.
///
/// One byte, so that schedules stay lists of bytes: a schedule of steps alone is a list of thread numbers.
public struct Move: Sendable, Hashable {
  public enum Action: Sendable, Hashable {
    case step
    /// The store at this place of the buffer, from the oldest, becomes visible.
    case drain(Int)
    /// One of the loads that may be satisfied early here.
    case early(Int)
  }
  /// Loads that may be satisfied early at one place of a program: the nearest.
  static let earlyLoads = 8
  static let count = (1 + StoreBuffer.capacity + earlyLoads) * Layout.threads

  /// The number of the move in which the oldest store of a thread's leaves the buffer.
  public static func oldest(of thread: Int) -> Int { 1 << 2 | thread }

  public var thread: Int
  public var action: Action

  public init(_ number: Int) {
    thread = number & 3
    let action = number >> 2
    if action == 0 {
      self.action = .step
    } else if action <= StoreBuffer.capacity {
      self.action = .drain(action - 1)
    } else {
      self.action = .early(action - 1 - StoreBuffer.capacity)
    }
  }
}
