/// Fields of an anon_vma, by offset.
enum AnonVMAField {
  static let state = 0, life = 1, root = 2, refcount = 3
  /// The thread that holds the lock (for writing, where it is an rwsem), and a bit for each that holds it for reading.
  static let lock = 4, lockReaders = 5
  /// The VMAs on its list or tree, a bit for each virtual page of each mm: eight in the first byte, four in the
  /// second; above these a bit for each RCU reader that may still look at an earlier life.
  static let links = 6, moreLinks = 7
}

/// The states of an anon_vma's memory, which comes from a slab that is type-stable under RCU.
public enum AnonVMAState {
  /// No memory, or memory that is the page allocator's again: not to be touched.
  public static let none: UInt8 = 0
  /// In use.
  public static let used: UInt8 = 1
  /// On the slab's freelist. It is still an anon_vma, with a lock that works; who was inside an RCU read section when
  /// it was freed may look at it, and it can be handed out at any time as another anon_vma. Its slab page goes when
  /// the last of those readers has left.
  public static let free: UInt8 = 2
}

extension StateRef {
  /// The VMAs of an anon_vma, bit `(mm - 1) * 4 + page`.
  @inline(__always) func links(anon: Int) -> UInt16 {
    UInt16(self[anon: anon, AnonVMAField.links]) | UInt16(self[anon: anon, AnonVMAField.moreLinks] & 0x0f) << 8
  }
  func setLinks(anon: Int, _ links: UInt16) {
    self[anon: anon, AnonVMAField.links] = UInt8(truncatingIfNeeded: links)
    let readers = self[anon: anon, AnonVMAField.moreLinks] & 0xf0
    self[anon: anon, AnonVMAField.moreLinks] = readers | UInt8(truncatingIfNeeded: links >> 8)
  }
  /// Threads whose read section began before the memory was last freed.
  @inline(__always) func graceReaders(anon: Int) -> UInt8 { self[anon: anon, AnonVMAField.moreLinks] >> 4 }
  func setGraceReaders(anon: Int, _ readers: UInt8) {
    self[anon: anon, AnonVMAField.moreLinks] = self[anon: anon, AnonVMAField.moreLinks] & 0x0f | readers << 4
  }
  /// The anon_vma that a pointer names is in use, in the life that the pointer knew.
  func isLive(anon pointer: UInt8) -> Bool {
    let number = Int(pointer & 0x0f)
    return (1...Layout.anonVMAs).contains(number) && self[anon: number, AnonVMAField.state] == AnonVMAState.used
      && self[anon: number, AnonVMAField.life] == pointer >> 4 & 3
  }
  /// Whether the thread holds the lock of an anon_vma, for reading or for writing.
  func holds(anon: Int, thread: Int) -> Bool {
    self[anon: anon, AnonVMAField.lock] == UInt8(thread + 1)
      || self[anon: anon, AnonVMAField.lockReaders] >> UInt8(thread) & 1 != 0
  }
}
