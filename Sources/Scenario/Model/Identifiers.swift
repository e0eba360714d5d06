/// Something a scenario names: an index into a small, fixed universe.
public protocol Identifier: Hashable, Comparable, Sendable {
  var index: UInt8 { get }
  init(_ index: UInt8)
  /// How many there are; `index` is smaller.
  static var limit: Int { get }
}

extension Identifier {
  public static func < (left: Self, right: Self) -> Bool { left.index < right.index }
}

/// A process (one address space), or a further thread of one (`thread`). The one who does an operation.
public struct ActorID: Identifier {
  public let index: UInt8
  public init(_ index: UInt8) { self.index = index }
  public static var limit: Int { Limits.actors }
}

/// A file: memfd, tmpfs, disk, hugetlb, shared anonymous object or SysV segment.
public struct FileID: Identifier {
  public let index: UInt8
  public init(_ index: UInt8) { self.index = index }
  public static var limit: Int { Limits.files }
}

/// A mapping slot: a window of virtual addresses, the same in each process.
public struct SlotID: Identifier {
  public let index: UInt8
  public init(_ index: UInt8) { self.index = index }
  public static var limit: Int { Limits.slots }
}

/// One wait: a thread, or an io_uring request, that waits on a futex (several with `waitv`).
public struct WaiterID: Identifier {
  public let index: UInt8
  public init(_ index: UInt8) { self.index = index }
  public static var limit: Int { Limits.waiters }
}
