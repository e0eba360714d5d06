import Scenario

/// One entry of the queue: a waiter on one word (`struct futex_q`). A `waitv` has several.
public struct QueuedWait: Hashable, Sendable {
  public var waiter: WaiterID
  /// The address space that started it.
  public var space: UInt8
  public var key: Key
  public var bitset: UInt32
  /// The NUMA node that was named by the word, else `nil`: it chooses the hash table.
  public var node: UInt32?
  /// A kernel that deviates does not find it (`Deviation.overlooksPrivateWaiters`); never so by what is promised.
  public var isOverlooked = false
}
