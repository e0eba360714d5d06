/// What a state is like, as far as the derivation of a key cares: with a line of a program that runs in it, a behaviour.
/// It depends on the part of the state alone that all threads share.
public struct Circumstances: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Somebody holds the lock of a page.
  public static let pageLocked = Circumstances(rawValue: 1)
  /// A page in use belongs to no file and no anon_vma: it was truncated, or is a file's in the swap cache.
  public static let mappingGone = Circumstances(rawValue: 2)
  /// A page is in the swap cache, or a page table has a swap or migration entry.
  public static let swapped = Circumstances(rawValue: 4)
  /// An inode is being freed, or its memory was handed out again.
  public static let inodeLeft = Circumstances(rawValue: 8)
  public static let waiterQueued = Circumstances(rawValue: 16)
  /// Somebody holds the lock of the hash bucket.
  public static let bucketLocked = Circumstances(rawValue: 32)

  /// Numbers of circumstances: they fit into a set of bits.
  public static let count = 64

  private static let names: [(Circumstances, String)] = [
    (.pageLocked, "page-locked"), (.mappingGone, "mapping-gone"), (.swapped, "swapped"), (.inodeLeft, "inode-left"),
    (.waiterQueued, "waiter-queued"), (.bucketLocked, "bucket-locked"),
  ]

  /// `page-locked+swapped`, or `quiet`.
  public var text: String {
    isEmpty ? "quiet" : Self.names.filter { contains($0.0) }.map(\.1).joined(separator: "+")
  }

  public init(_ state: StateRef) {
    var bits: UInt8 = 0
    for page in 2...Layout.pages where state[page: page, PageField.state] != 0 {
      if state[page: page, PageField.lock] != 0 { bits |= 1 }
      if state[page: page, PageField.head] == 0, state[page: page, PageField.mapping] == 0 { bits |= 2 }
      if state[page: page, PageField.swapcache] != 0 { bits |= 4 }
    }
    for mm in 1...Layout.mms {
      for page in 0..<Layout.virtualPages
      where state[mm: mm, MMField.ptes + page] & (Layout.pteSwap | Layout.pteMigration) != 0 { bits |= 4 }
    }
    for inode in 1...Layout.inodes {
      let memory = state[inode: inode, InodeField.state]
      if memory > InodeState.live || state[inode: inode, InodeField.life] != 0 { bits |= 8 }
    }
    for waiter in 0..<Layout.waiters where state[waiter: waiter, WaiterField.state] == 1 { bits |= 16 }
    if state.global(GlobalField.bucketLock) != 0 { bits |= 32 }
    rawValue = bits
  }
}
