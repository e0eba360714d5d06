import Scenario

/// All that user space can know: address spaces, objects, values of words, and who waits for what, in which order.
/// There is no reclaim, swap, huge page or page cache here: user space must not see them.
public struct ContractState: Hashable, Sendable {
  public struct Actor: Hashable, Sendable {
    /// Index into `spaces`.
    public var space: UInt8
    /// Was started with `thread`: ends alone.
    public var isThread: Bool
    public var isAlive = true
    /// Words on its robust list, in the order in which they were put there.
    public var robust: [Address] = []
    /// `set_tid_address`.
    public var clearTID: Address?
  }

  public let release: KernelRelease
  /// By `ActorID.index`.
  public internal(set) var actors: [Actor?] = Array(repeating: nil, count: Limits.actors)
  public internal(set) var spaces: [AddressSpace] = []
  public internal(set) var objects: [MemoryObject] = []
  /// By `FileID.index`.
  public internal(set) var files: [FileEntry?] = Array(repeating: nil, count: Limits.files)
  /// In the order of queueing: the first that matches is woken first.
  public internal(set) var queue: [QueuedWait] = []

  /// Words that are not known, NUMA waiters, or SysV attachments that may be read-only have come up: from then on
  /// any operation may leave the kernel a choice.
  public internal(set) var hasDoubts = false

  /// `Deviation.countsEndedWaitvAgain`, while one operation is followed.
  var keepsEndedWaitvs = false

  public struct FileEntry: Hashable, Sendable {
    public var object: ObjectID
    public var kind: FileKind
  }

  public init(release: KernelRelease) { self.release = release }

  public func actor(_ id: ActorID) -> Actor? {
    actors[Int(id.index)].flatMap { $0.isAlive ? $0 : nil }
  }
  public func isSleeping(_ waiter: WaiterID) -> Bool { queue.contains { $0.waiter == waiter } }
  public func file(_ id: FileID) -> FileEntry? { files[Int(id.index)] }

  func isOpen(_ file: FileID, in space: UInt8) -> Bool { spaces[Int(space)].descriptors & (1 << file.index) != 0 }

  /// Whether an address space is that of a living actor.
  func isInUse(_ space: UInt8) -> Bool { actors.contains { $0?.space == space && $0?.isAlive == true } }

  /// Whether a descriptor or a mapping of a living process holds the object.
  func isHeld(_ object: ObjectID) -> Bool {
    for (index, space) in spaces.enumerated() where isInUse(UInt8(index)) {
      for (file, entry) in files.enumerated()
      where entry?.object == object && entry?.kind.hasDescriptor == true && space.descriptors & (1 << UInt8(file)) != 0
      {
        return true
      }
      for region in space.regions {
        if case .object(object, _) = region.backing { return true }
      }
    }
    return false
  }
}
