import CKeywake
import Scenario

extension ProgramWriter {
  /// Writes one operation. `next` is the process that acts next; `seat` gives a seat to an actor that starts.
  func write(_ operation: Operation, next: ActorID?, seat take: (ActorID, Action) throws -> UInt8) rethrows {
    let start = position
    let actor = operation.actor ?? ActorID(0)
    switch operation.action {
    case .process(let new):
      enter(new, seat: try take(new, operation.action), process: new)
    case .fork(let new):
      let seat = try take(new, operation.action)
      put(KW_FORK, by: actor) { $0.argument = seat }
      enter(new, seat: seat, process: new)
    case .thread(let new):
      let seat = try take(new, operation.action)
      put(KW_THREAD, by: process(of: actor)) { $0.argument = seat }
      enter(new, seat: seat, process: process(of: actor))
    case .exit:
      writeExit(of: actor)
    case .file(let file, let kind, let pages):
      writeFile(file, kind, pages: pages, next: next)
    case .truncate, .grow, .punch, .dropCaches, .close, .unlink, .rename, .reopen:
      writeFileOperation(operation.action, by: actor)
    case .map(let slot, let source, let sharing, let protection, let options):
      writeMap(slot, source, sharing, protection, options, by: actor)
    case .unmap, .remap, .protect, .remove, .dontneed, .pageout, .swapin, .collapse, .split, .merge, .lockMemory,
      .store, .load:
      writeWindowOperation(operation.action, by: actor)
    case .wait(let waiter, let address, let value, let bitset, let timeout, let mode):
      writeWait(waiter, address, value: value, bitset: bitset, timeout, mode, by: actor)
    case .waitv(let waiter, let words, let timeout):
      writeWaitv(waiter, words, timeout, by: actor)
    case .wake, .requeue, .compareRequeue, .wakeOp, .cancel, .lockPI, .tryLockPI, .unlockPI, .robust, .clearTID,
      .hashSlots:
      writeFutexOperation(operation.action, by: actor)
    case .keys(let words, let isPrivate):
      writeKeys(words, isPrivate: isPrivate)
    case .evict, .reuse, .umount, .migrate, .rmapWalk:
      break
    }
    endOperation(from: start)
  }

  private func writeExit(of actor: ActorID) {
    if isInRace {
      // The race itself waits for the end, and looks at all waiters.
      append(isThread(actor) ? KW_THREAD_EXIT : KW_EXIT, seat: seat(of: actor))
      leavers.append(actor)
      return
    }
    if isThread(actor) {
      let process = process(of: actor)
      let seat = seat(of: actor)
      put(KW_THREAD_EXIT, by: actor)
      append(KW_THREAD_GONE, seat: self.seat(of: process)) { $0.argument = seat }
      leave(actor)
    } else {
      openAll(madeBy: actor)
      put(KW_EXIT, by: actor)
      for index in 0..<UInt8(Limits.actors) where process(of: ActorID(index)) == actor { leave(ActorID(index)) }
    }
    for index in files.indices { files[index].pending.removeAll { !alive[Int($0.index)] } }
    if wakesAtEnd { putCollect() }
  }
}
