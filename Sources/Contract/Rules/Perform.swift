import Scenario

/// Why an operation is outside the Contract.
struct Unsupported: Error {
  var reason: String
  init(_ reason: String) { self.reason = reason }
}

/// Which rules an operation runs through.
extension ContractState {
  /// Does one operation, whole. Each choice that is the kernel's is taken from `step`.
  mutating func perform(_ operation: Operation, _ step: inout Step) throws(Unsupported) -> PromisedResult {
    defer { settle(step) }
    switch operation.action {
    case .process(let new): return .exactly(startProcess(new, &step))
    case .file(let file, let kind, let pages): return .exactly(create(file, kind, pages: pages, &step))
    case .keys(let words, let isPrivate): return .exactly(try keys(words, isPrivate: isPrivate, &step))
    default: break
    }
    guard let id = operation.actor, let actor = actor(id) else { throw Unsupported("an actor that has ended") }
    let space = actor.space
    switch operation.action {
    case .process, .file, .keys: throw Unsupported("not reached: done above")
    case .fork(let new): return .exactly(fork(space, new, &step))
    case .thread(let new): return .exactly(startThread(space, new, &step))
    case .exit: return .exactly(exit(id, actor, &step))
    case .truncate(let file, let pages): return .exactly(truncate(space, file, pages: pages, &step))
    case .grow(let file, let pages): return .exactly(grow(space, file, pages: pages, &step))
    case .punch(let file, let pages): return .exactly(punch(space, file, pages, &step))
    case .dropCaches(let file): return .exactly(dropCaches(space, file, &step))
    case .close(let file): return .exactly(close(space, file, &step))
    case .unlink(let file): return .exactly(unlink(file, &step))
    case .rename(let file): return .exactly(rename(file, &step))
    case .reopen(let file): return .exactly(reopen(space, file, &step))
    case .map(let slot, let source, let sharing, let protection, let options):
      return .exactly(map(space, slot, source, sharing, protection, options, &step))
    case .unmap(let slot, let pages): return .exactly(unmap(space, slot, pages, &step))
    case .remap(let from, let to, let duplicate): return .exactly(remap(space, from, to, duplicate: duplicate, &step))
    case .protect(let slot, let protection, let pages):
      return .exactly(protect(space, slot, protection, pages, &step))
    case .remove(let slot, let pages): return .exactly(advise(.remove, space, slot, pages, &step))
    case .dontneed(let slot, let pages): return .exactly(advise(.dontneed, space, slot, pages, &step))
    case .pageout(let slot, let pages): return .exactly(advise(.pageout, space, slot, pages, &step))
    case .merge(let slot, let pages): return .exactly(advise(.merge, space, slot, pages, &step))
    case .swapin(let slot, let pages): return .exactly(swapin(space, slot, pages, &step))
    case .lockMemory(let slot, let pages): return .exactly(lockMemory(space, slot, pages, &step))
    case .collapse: return collapse(&step)
    case .split:
      step.rule = .split
      return .anything
    case .store(let address, let value):
      try checkAlignment(address)
      return .exactly(store(space, address, .known(value), &step))
    case .load(let address):
      try checkAlignment(address)
      return load(space, address, &step)
    case .wait(let waiter, let address, let value, let bitset, let timeout, let mode):
      return .exactly(wait(waiter, space, address, value: value, bitset: bitset, timeout, mode, &step))
    case .waitv(let waiter, let words, let timeout): return .exactly(waitv(waiter, space, words, timeout, &step))
    case .wake(let address, let count, let bitset, let mode):
      return .exactly(wake(space, address, count: count, bitset: bitset, mode, &step))
    case .requeue(let from, let to, let wake, let move, let mode):
      return .exactly(requeue(space, from, to, RequeueCounts(wake: wake, move: move), mode, &step))
    case .compareRequeue(let from, let to, let wake, let move, let value, let mode):
      return .exactly(requeue(space, from, to, RequeueCounts(wake: wake, move: move, value: value), mode, &step))
    case .wakeOp(let first, let second, let wake, let wake2, let operation, let mode):
      return .exactly(wakeOp(space, first, second, wake: wake, wake2: wake2, operation, mode, &step))
    case .cancel(let waiter): return .exactly(cancel(waiter, &step))
    case .lockPI(let address, let mode): return .exactly(lockPI(id, space, address, mode, tries: false, &step))
    case .tryLockPI(let address, let mode): return .exactly(lockPI(id, space, address, mode, tries: true, &step))
    case .unlockPI(let address, let mode): return .exactly(unlockPI(id, space, address, mode, &step))
    case .robust(let address): return .exactly(robust(id, space, address, &step))
    case .clearTID(let address): return clearTID(id, address, &step)
    case .hashSlots(let slots): return .exactly(hashSlots(space, slots, &step))
    case .evict, .reuse, .umount, .migrate, .rmapWalk: throw Unsupported("runs on the Machine only")
    }
  }

  /// `MADV_COLLAPSE` does what it can and says so; no word, key or waiter changes.
  private func collapse(_ step: inout Step) -> PromisedResult {
    if release < KernelRelease(6, 1) { return .exactly(step.fail(.collapseSince, .EINVAL)) }
    let answers: [OperationResult] = [
      .value(0), .error(.EAGAIN), .error(.EBUSY), .error(.EINVAL), .error(.ENOMEM),
    ]
    let answer = step.choose(.collapse, answers.count)
    step.rule = .collapse
    return .exactly(answers[answer])
  }

  private func checkAlignment(_ address: Address) throws(Unsupported) {
    if address.offset % 4 != 0 { throw Unsupported("a load or store of a misaligned word") }
  }

  /// Takes those that ended out of the queue: a waitv leaves all of its words.
  private mutating func settle(_ step: Step) {
    if step.ended.isEmpty { return }
    queue.removeAll { entry in step.ended.contains { $0.waiter == entry.waiter } }
  }
}
