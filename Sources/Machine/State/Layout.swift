/// Where everything stands in the fixed-size state of the simulated kernel: byte offsets and object counts.
///
/// Objects are numbered from 1; number 0 is the null pointer. A pointer to an inode, to the `address_space` inside it,
/// to an anon_vma or to an mm also carries the *life* of the memory (how often it was reused) in bits 4 and 5. The programs cannot see
/// the life (comparisons leave it out); the checks use it to tell a stale pointer from a good one.
public enum Layout {
  public static let pages = 8
  public static let inodes = 3
  public static let mms = 3
  public static let swaps = 3
  public static let anonVMAs = 6
  /// Waiters in the futex hash bucket. The Machine has one bucket.
  public static let waiters = 4
  public static let threads = 4
  /// Pages of one address space, and of one file.
  public static let virtualPages = 4
  public static let filePages = 4
  public static let registers = 64
  /// Results that one lane can record.
  public static let results = 4

  static let pageStride = 12
  static let inodeBase = pages * pageStride
  static let inodeStride = 20
  static let mmBase = inodeBase + inodes * inodeStride
  static let mmStride = 28
  static let swapBase = mmBase + mms * mmStride
  static let swapStride = 4
  static let waiterBase = swapBase + swaps * swapStride
  static let waiterStride = 8
  static let anonVMABase = waiterBase + waiters * waiterStride
  static let anonVMAStride = 8
  static let globalBase = anonVMABase + anonVMAs * anonVMAStride
  /// Bytes of the part that all threads share: whole words.
  public static let sharedBytes = globalBase + 20
  /// Bytes of one thread.
  public static let threadBytes = 120
  public static let stateBytes = sharedBytes + threads * threadBytes
  static let stateWords = 104

  /// The zero page is page 1, in every state.
  public static let zeroPage: UInt8 = 1
  /// A lock that somebody outside the race holds.
  static let foreign: UInt8 = 0x7f

  static let lifeMask: UInt8 = 0x30
  /// `mapping` words: bit 6 is `PAGE_MAPPING_ANON` (the rest is an anon_vma), bit 7 marks words that are no pointer (`TAIL_MAPPING`).
  static let anonBit: UInt8 = 0x40
  static let tailMapping: UInt8 = 0x80

  /// Page table entries.
  static let pteWrite: UInt8 = 0x10
  static let pteSwap: UInt8 = 0x40
  static let pteMigration: UInt8 = 0x80

  /// Error numbers are 0x80 + errno.
  static let errorBit: UInt8 = 0x80
}

/// Fields of a page, by offset.
enum PageField {
  static let mapping = 0, index = 1, refcount = 2, mapcount = 3, lock = 4, swapcache = 5, privateEntry = 6, dirty = 7
  static let writeback = 8, head = 9, state = 10, value = 11
}
/// Fields of an inode with its embedded `address_space`, by offset.
enum InodeField {
  static let state = 0, count = 1, sequence = 2, lock = 3, size = 4, links = 5, host = 6, mapping = 7, life = 8
  static let unsettled = 9, pagesLock = 10, readers = 11, slots = 12, descriptors = 16, kind = 17, exiting = 18
  static let semaphore = 19
}
/// Fields of an mm with its page table and VMAs (one for each virtual page), by offset.
enum MMField {
  static let users = 0, count = 1, state = 2, life = 3, writer = 4, readers = 5, ptl = 6, ptes = 8, flags = 12
  static let files = 16, offsets = 20
  /// `vma->anon_vma`, for each virtual page.
  static let anonVMAs = 24
}
enum WaiterField {
  static let state = 0, thread = 1, pointer = 2, index = 3, offset = 4, identityLow = 5, identityHigh = 6, order = 7
}
enum GlobalField {
  static let bucketLock = 0, sequence = 1, superblock = 2, warned = 3, order = 4, waiting = 5, interruptsOff = 6,
    owners = 8
}
/// Fields of a thread, by offset from its start.
enum ThreadField {
  static let pc = 0, status = 2, readDepth = 3, spinDepth = 4, mm = 5, deriving = 6, address = 7, mode = 8
  static let resultCount = 9, waiter = 10, results = 104, allowed = 16, pagePins = 24, inodePins = 32
  /// References on inodes when the derivation began: what an earlier key holds.
  static let inodePinsBefore = 12, mmPins = 35, registers = 40
  /// `q->key` of a thread that waits or has waited: pointer and offset; and how many waiters that are no threads it is to
  /// return for.
  static let queuedPointer = 112, queuedOffset = 113, returning = 114
  /// A bit for each anon_vma on which the thread took a reference with atomic_inc_not_zero.
  static let anonPins = 38
}

/// What stands behind a thread's results: its task, and the `futex_q` on its stack.
enum TaskField {
  static let state = 108, lockPointer = 109, list = 110, alive = 111
}
/// What a wait or a wake has promised, for telling a lost wakeup from a sleeper that nobody owes anything.
enum PromiseField {
  /// The word that the thread waits on, or that its last wake found too few waiters on: its address + 1.
  static let word = 39
  /// The value that the waiter expects, or that the waker saw as it began.
  static let value = 11
}

/// The states of an inode's memory. `live` with `i_count` 0 is an unused inode on the LRU, cached and usable.
public enum InodeState {
  public static let free: UInt8 = 0
  public static let live: UInt8 = 1
  /// `I_FREEING` is set.
  public static let freeing: UInt8 = 2
  /// `I_CLEAR`: its pages are gone.
  public static let clear: UInt8 = 3
  /// Handed to `call_rcu`; a reader that was inside its section then may still look.
  public static let afterRCU: UInt8 = 4
}

/// What a page is; 0 is a free one. Huge pages are of two base pages.
public enum PageKind {
  public static let base: UInt8 = 1
  public static let hugetlb: UInt8 = 2
  public static let transparent: UInt8 = 3
}

/// The states of a thread.
public enum ThreadStatus {
  public static let running: UInt8 = 0
  public static let finished: UInt8 = 1
  /// It came to `stall()`: it keeps what it holds, for ever.
  public static let stalled: UInt8 = 2
}

/// What a thread is in the middle of, so that what it may come to is kept up with at every step.
enum Deriving {
  /// The derivation of a key.
  static let key: UInt8 = 1
  /// A reverse-map lookup, and the walk that follows it, up to the unlocking.
  static let lookup: UInt8 = 2
  static let walk: UInt8 = 3
}

/// VMA flags.
public enum VMFlag {
  public static let present: UInt8 = 1
  public static let read: UInt8 = 2
  public static let write: UInt8 = 4
  public static let shared: UInt8 = 8
  /// `VM_IO` or `VM_PFNMAP`, or a special mapping whose pages have no `mapping`.
  public static let io: UInt8 = 16
  public static let special: UInt8 = 32
}
