import Scenario

/// A small race: a world, and lanes of operations that run in it under every interleaving.
public struct Litmus: Sendable {
  public struct Lane: Sendable {
    public var name: String
    /// The address space it acts in, as a pointer.
    public var mm: UInt8
    public var operations: [LaneOperation]
  }
  /// What happened before the race, in order.
  public struct Preparation: Sendable {
    public var mm: UInt8
    public var operation: LaneOperation
    public var place: SourcePlace
  }

  public var name: String
  public var about: String
  public var file: String
  public var world: World
  public var preparations: [Preparation]
  public var lanes: [Lane]
  /// `gate off`: page-out does not look at the reference count, as a caller of shmem_writepage outside reclaim.
  public var gate: Bool
  /// The race must be able to come to a state of this kind, else it does not show what it is for.
  public var witnesses: [Witness]
  /// Schedules that its file keeps.
  public var schedules: [StoredSchedule] = []
}

/// Something that some run of a race must come to, so that an environment that does nothing is found.
public enum Witness: String, Sendable, CaseIterable {
  /// A page is in the swap cache and has no mapping.
  case swapcacheWithoutMapping = "swapcache-without-mapping"
  /// A page is in the swap cache and still has its mapping: only inside a lock section.
  case swapcacheWithMapping = "swapcache-with-mapping"
  /// A page that somebody holds a reference on has lost its mapping and is not in the swap cache.
  case heldWithoutMapping = "held-without-mapping"
  /// An inode is I_FREEING and still has pages.
  case freeingWithPages = "freeing-with-pages"
  /// An inode waits for readers of RCU.
  case afterRCU = "after-rcu"
  /// An inode's memory was reused.
  case reused = "reused"
  /// An inode is unused but cached.
  case unusedButCached = "unused-but-cached"
  /// A page table entry is a migration entry.
  case migrationEntry = "migration-entry"
  /// A thread waits for a page lock that another holds.
  case pageLocked = "page-locked"
  /// A waiter sleeps.
  case sleeper = "sleeper"
  /// A private page was copied: a table entry of a file's VMA holds an anonymous page.
  case copied = "copied"
  /// A page's references are frozen.
  case frozen = "frozen"
  /// An mm is gone.
  case mmGone = "mm-gone"
  /// An anon_vma is freed, and readers may still look at it.
  case anonVMAFree = "anon-vma-free"
  /// The memory of a freed anon_vma is another anon_vma, while readers of the old one are left.
  case anonVMAReused = "anon-vma-reused"
  /// The slab page of an anon_vma is the page allocator's again.
  case slabReleased = "slab-released"

  /// Its bit in a set of witnesses.
  public var bit: UInt32 { 1 << UInt32(Self.allCases.firstIndex(of: self) ?? 31) }

  /// Which of them a state shows.
  public static func seen(_ state: StateRef) -> UInt32 {
    var seen: UInt32 = 0
    for page in 2...Layout.pages where state[page: page, PageField.state] != 0 {
      if state[page: page, PageField.head] != 0 { continue }
      let mapping = state[page: page, PageField.mapping]
      if state[page: page, PageField.swapcache] != 0, mapping & Layout.anonBit == 0 {
        seen |= mapping == 0 ? swapcacheWithoutMapping.bit : swapcacheWithMapping.bit
      }
      if state[page: page, PageField.lock] != 0 { seen |= pageLocked.bit }
      if state[page: page, PageField.refcount] == 0 { seen |= frozen.bit }
      if mapping == 0, state[page: page, PageField.swapcache] == 0 {
        for thread in 0..<Layout.threads
        where state.thread(thread)[ThreadField.pagePins + page - 1] != 0
          && state.thread(thread)[ThreadField.deriving] != 0
        { seen |= heldWithoutMapping.bit }
      }
    }
    for inode in 1...Layout.inodes {
      let memory = state[inode: inode, InodeField.state]
      if memory == InodeState.afterRCU { seen |= afterRCU.bit }
      if memory == InodeState.live, state[inode: inode, InodeField.life] > 0 { seen |= reused.bit }
      let hasPages = (0..<Layout.filePages).contains { state[inode: inode, InodeField.slots + $0] != 0 }
      if memory == InodeState.freeing, hasPages { seen |= freeingWithPages.bit }
      if memory == InodeState.live, hasPages, state[inode: inode, InodeField.count] == 0 { seen |= unusedButCached.bit }
    }
    for mm in 1...Layout.mms {
      if state[mm: mm, MMField.life] == 0, state[mm: mm, MMField.state] == 0, state[mm: mm, MMField.users] == 1 {
        seen |= mmGone.bit
      }
      for page in 0..<Layout.virtualPages {
        let entry = state[mm: mm, MMField.ptes + page]
        if entry & Layout.pteMigration != 0 { seen |= migrationEntry.bit }
        if state[mm: mm, MMField.files + page] != 0, entry & (Layout.pteSwap | Layout.pteMigration) == 0,
          (2...Layout.pages).contains(Int(entry & 0x0f)),
          state[page: Int(entry & 0x0f), PageField.mapping] & Layout.anonBit != 0
        {
          seen |= copied.bit
        }
      }
    }
    for anon in 1...Layout.anonVMAs where state[anon: anon, AnonVMAField.life] > 0 {
      switch state[anon: anon, AnonVMAField.state] {
      case AnonVMAState.used: if state.graceReaders(anon: anon) != 0 { seen |= anonVMAReused.bit }
      case AnonVMAState.free: seen |= anonVMAFree.bit
      default: seen |= slabReleased.bit
      }
    }
    for waiter in 0..<Layout.waiters where state[waiter: waiter, WaiterField.state] != 0 { seen |= sleeper.bit }
    return seen
  }
}
