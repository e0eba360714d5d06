/// A view of one state's bytes. Reads and writes are unchecked, so every object number is tested before it comes here:
/// numbers are 1...count, array indices below the array's length (see ``Interpreter``).
public struct StateRef {
  let base: UnsafeMutablePointer<UInt8>

  public init(_ base: UnsafeMutablePointer<UInt8>) { self.base = base }

  @inline(__always) subscript(page page: Int, field: Int) -> UInt8 {
    get { base[(page - 1) * Layout.pageStride + field] }
    nonmutating set { base[(page - 1) * Layout.pageStride + field] = newValue }
  }
  @inline(__always) subscript(inode inode: Int, field: Int) -> UInt8 {
    get { base[Layout.inodeBase + (inode - 1) * Layout.inodeStride + field] }
    nonmutating set { base[Layout.inodeBase + (inode - 1) * Layout.inodeStride + field] = newValue }
  }
  @inline(__always) subscript(mm mm: Int, field: Int) -> UInt8 {
    get { base[Layout.mmBase + (mm - 1) * Layout.mmStride + field] }
    nonmutating set { base[Layout.mmBase + (mm - 1) * Layout.mmStride + field] = newValue }
  }
  @inline(__always) subscript(swap swap: Int, field: Int) -> UInt8 {
    get { base[Layout.swapBase + (swap - 1) * Layout.swapStride + field] }
    nonmutating set { base[Layout.swapBase + (swap - 1) * Layout.swapStride + field] = newValue }
  }
  @inline(__always) subscript(anon anon: Int, field: Int) -> UInt8 {
    get { base[Layout.anonVMABase + (anon - 1) * Layout.anonVMAStride + field] }
    nonmutating set { base[Layout.anonVMABase + (anon - 1) * Layout.anonVMAStride + field] = newValue }
  }
  /// Waiters are numbered from 0.
  @inline(__always) subscript(waiter waiter: Int, field: Int) -> UInt8 {
    get { base[Layout.waiterBase + waiter * Layout.waiterStride + field] }
    nonmutating set { base[Layout.waiterBase + waiter * Layout.waiterStride + field] = newValue }
  }
  @inline(__always) func global(_ field: Int) -> UInt8 { base[Layout.globalBase + field] }
  @inline(__always) func globals(_ field: Int, set value: UInt8) { base[Layout.globalBase + field] = value }

  /// The start of a thread's bytes. Threads are numbered from 0.
  @inline(__always) func thread(_ thread: Int) -> UnsafeMutablePointer<UInt8> {
    base + (Layout.sharedBytes + thread * Layout.threadBytes)
  }
  @inline(__always) func pc(_ index: Int) -> Int {
    let bytes = thread(index)
    return Int(bytes[0]) | Int(bytes[1]) << 8
  }
  @inline(__always) func setPC(_ index: Int, _ value: Int) {
    let bytes = thread(index)
    bytes[0] = UInt8(truncatingIfNeeded: value)
    bytes[1] = UInt8(truncatingIfNeeded: value >> 8)
  }
  /// The allowed results of the derivation that the thread is in; its offset is a multiple of 8, so the word is aligned.
  @inline(__always) func allowed(_ index: Int) -> UnsafeMutablePointer<UInt64> {
    UnsafeMutableRawPointer(thread(index) + ThreadField.allowed).assumingMemoryBound(to: UInt64.self)
  }
  public func status(ofThread index: Int) -> UInt8 { thread(index)[ThreadField.status] }
  public func line(ofThread index: Int) -> Int { pc(index) }
  /// What the thread's operations recorded, in order.
  public func results(ofThread index: Int) -> [UInt8] {
    let bytes = thread(index)
    let count = min(Int(bytes[ThreadField.resultCount]), Layout.results)
    return (0..<count).map { bytes[ThreadField.results + $0] }
  }
  /// Waiters in the futex queue that are nobody's thread, ascending.
  public var queuedWaiters: [UInt8] {
    (0..<Layout.waiters).filter {
      self[waiter: $0, WaiterField.state] == 1 && WaiterOwner.isNobodysThread(self[waiter: $0, WaiterField.thread])
    }.map { WaiterOwner.waiter(self[waiter: $0, WaiterField.thread]) }.sorted()
  }
  /// The bitsets of waiters in the queue, by number.
  var waiterBitsets: Set<UInt8> {
    Set(
      (0..<Layout.waiters).filter { self[waiter: $0, WaiterField.state] == 1 }
        .map { WaiterOwner.bitset(self[waiter: $0, WaiterField.thread]) })
  }
  /// Whether the thread sleeps in the futex queue.
  public func isQueued(_ thread: Int) -> Bool {
    (0..<Layout.waiters).contains {
      self[waiter: $0, WaiterField.state] == 1 && self[waiter: $0, WaiterField.thread] == UInt8(thread)
    }
  }
}
