extension Action {
  /// An action of the kind with operands of no meaning, for readers to fill in.
  static func blank(_ kind: OperationKind) -> Action { blanks[Int(kind.rawValue)] }

  private static let blanks: [Action] = OperationKind.allCases.map(makeBlank)

  private static func makeBlank(_ kind: OperationKind) -> Action {
    let address = Address(SlotID(0))
    let word = FutexMode.shared
    switch kind {
    case .process: return .process(ActorID(0))
    case .fork: return .fork(ActorID(0))
    case .thread: return .thread(ActorID(0))
    case .exit: return .exit
    case .file: return .file(FileID(0), .memfd, pages: 1)
    case .truncate: return .truncate(FileID(0), pages: 0)
    case .grow: return .grow(FileID(0), pages: 1)
    case .punch: return .punch(FileID(0), .all)
    case .dropCaches: return .dropCaches(nil)
    case .close: return .close(FileID(0))
    case .unlink: return .unlink(FileID(0))
    case .rename: return .rename(FileID(0))
    case .reopen: return .reopen(FileID(0))
    case .map: return .map(SlotID(0), .anonymous(pages: 1), .shared, .readWrite, [])
    case .unmap: return .unmap(SlotID(0), .all)
    case .remap: return .remap(SlotID(0), to: SlotID(1), duplicate: false)
    case .protect: return .protect(SlotID(0), .readWrite, .all)
    case .remove: return .remove(SlotID(0), .all)
    case .dontneed: return .dontneed(SlotID(0), .all)
    case .pageout: return .pageout(SlotID(0), .all)
    case .swapin: return .swapin(SlotID(0), .all)
    case .collapse: return .collapse(SlotID(0), .all)
    case .split: return .split(SlotID(0), .all)
    case .merge: return .merge(SlotID(0), .all)
    case .lockMemory: return .lockMemory(SlotID(0), .all)
    case .store: return .store(address, 0)
    case .load: return .load(address)
    case .wait: return .wait(WaiterID(0), address, value: 0, bitset: .max, .none, word)
    case .waitv: return .waitv(WaiterID(0), [WaitWord(address, value: 0)], .none)
    case .wake: return .wake(address, count: 1, bitset: .max, word)
    case .requeue: return .requeue(address, address, wake: 1, move: 1, word)
    case .compareRequeue: return .compareRequeue(address, address, wake: 1, move: 1, value: 0, word)
    case .wakeOp: return .wakeOp(address, address, wake: 1, wake2: 1, WakeOperation(.set, 0, .equal, 0), word)
    case .cancel: return .cancel(WaiterID(0))
    case .lockPI: return .lockPI(address, word)
    case .tryLockPI: return .tryLockPI(address, word)
    case .unlockPI: return .unlockPI(address, word)
    case .robust: return .robust(address)
    case .clearTID: return .clearTID(address)
    case .hashSlots: return .hashSlots(0)
    case .keys: return .keys([ActorAddress(ActorID(0), address)], isPrivate: false)
    case .evict: return .evict(FileID(0))
    case .reuse: return .reuse(FileID(0))
    case .umount: return .umount(FileID(0))
    case .migrate: return .migrate(SlotID(0), .all)
    case .rmapWalk: return .rmapWalk(SlotID(0), .all)
    }
  }
}
