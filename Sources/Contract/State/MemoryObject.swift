import Scenario

/// What an object is made of.
public enum ObjectKind: Hashable, Sendable {
  /// Memory on tmpfs's machinery: memfd, tmpfs, shared anonymous memory, SysV segments.
  case shmem
  /// Pages of 2 MiB, from hugetlbfs.
  case hugetlb
  /// The page cache of a file on a disk.
  case disk
}

/// An inode: what shared mappings of it, by any process, have in common.
public struct MemoryObject: Hashable, Sendable {
  public var kind: ObjectKind
  /// Bytes; a multiple of the page.
  public var size: UInt32
  /// By byte offset in the object. Holes read as 0, so a hole differs from a page of zeros only where `present` says.
  public var words = Words()
  /// hugetlb only: bit N says that page N is in the page cache. A private mapping's first read of a page that is
  /// not there makes a private page, so user space sees the difference.
  public var present: UInt16 = 0
  /// Has a path: can be opened again.
  public var isNamed: Bool
  /// Counts how often the inode was evicted and read again: its key changes each time, its content does not.
  public var generation: UInt8 = 0

  /// Bytes of what is copied at a private write.
  var copyUnit: UInt32 { kind == .hugetlb ? Limits.hugePageBytes : Limits.pageBytes }

  /// The bit of `present` for the page that holds `offset`.
  static func bit(_ offset: UInt32) -> UInt16 { 1 << UInt16(min(15, offset / Limits.hugePageBytes)) }

  /// Zeroes a range, as a truncation and a hole do.
  mutating func discard(_ range: Range<UInt32>) {
    words.clear(range)
    guard kind == .hugetlb else { return }
    for offset in stride(from: range.lowerBound, to: range.upperBound, by: Int(Limits.hugePageBytes)) {
      present &= ~Self.bit(offset)
    }
  }
}

/// An index into `ContractState.objects`. Never given to another object.
public typealias ObjectID = UInt8
