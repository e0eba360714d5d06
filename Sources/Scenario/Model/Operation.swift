/// One operation: who does it, what, and what the author says must come of it.
public struct Operation: Hashable, Sendable {
  /// The one who acts. For `process`, `thread` and `fork` this is the one who starts the new actor, and
  /// `nil` for those nobody of the scenario does: `process`, `file` and `keys`.
  public var actor: ActorID?
  public var action: Action
  /// What the author states: checked against the Contract and against each kernel that runs it.
  public var stated: Stated?

  public init(_ actor: ActorID?, _ action: Action, stated: Stated? = nil) {
    self.actor = actor
    self.action = action
    self.stated = stated
  }
  public var kind: OperationKind { action.kind }
}

/// What an operation does. Each case's syntax and system call are in the page "The scenario language".
public enum Action: Hashable, Sendable {
  // Actors
  case process(ActorID)
  case fork(ActorID)
  case thread(ActorID)
  case exit
  // Files
  case file(FileID, FileKind, pages: UInt8)
  case truncate(FileID, pages: UInt8)
  case grow(FileID, pages: UInt8)
  case punch(FileID, PageRange)
  case dropCaches(FileID?)
  case close(FileID)
  case unlink(FileID)
  case rename(FileID)
  case reopen(FileID)
  // Mappings
  case map(SlotID, MapSource, Sharing, Protection, MapOptions)
  case unmap(SlotID, PageRange)
  case remap(SlotID, to: SlotID, duplicate: Bool)
  case protect(SlotID, Protection, PageRange)
  case remove(SlotID, PageRange)
  case dontneed(SlotID, PageRange)
  case pageout(SlotID, PageRange)
  case swapin(SlotID, PageRange)
  case collapse(SlotID, PageRange)
  case split(SlotID, PageRange)
  case merge(SlotID, PageRange)
  case lockMemory(SlotID, PageRange)
  // Values
  case store(Address, UInt32)
  case load(Address)
  // Futexes
  case wait(WaiterID, Address, value: UInt32, bitset: UInt32, Timeout, FutexMode)
  case waitv(WaiterID, [WaitWord], Timeout)
  case wake(Address, count: Int32, bitset: UInt32, FutexMode)
  case requeue(Address, Address, wake: Int32, move: Int32, FutexMode)
  case compareRequeue(Address, Address, wake: Int32, move: Int32, value: UInt32, FutexMode)
  case wakeOp(Address, Address, wake: Int32, wake2: Int32, WakeOperation, FutexMode)
  case cancel(WaiterID)
  case lockPI(Address, FutexMode)
  case tryLockPI(Address, FutexMode)
  case unlockPI(Address, FutexMode)
  case robust(Address)
  case clearTID(Address)
  case hashSlots(UInt8)
  /// Which of the words have the same key, found by waking alone.
  case keys([ActorAddress], isPrivate: Bool)
  // Machine only
  case evict(FileID)
  case reuse(FileID)
  case umount(FileID)
  case migrate(SlotID, PageRange)
  case rmapWalk(SlotID, PageRange)
}
