extension Action {
  /// Shows each operand to the visitor, in the order of the text form, and takes over what it makes of them.
  package mutating func visitOperands<Visitor: OperandVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
    switch self {
    case .process(var actor):
      try visitor.newActor(&actor)
      self = .process(actor)
    case .fork(var actor):
      try visitor.newActor(&actor)
      self = .fork(actor)
    case .thread(var actor):
      try visitor.newActor(&actor)
      self = .thread(actor)
    case .exit:
      break
    case .file(var file, var kind, var pages):
      try visitor.newFile(&file)
      try visitor.fileKind(&kind)
      try visitor.pageCount(&pages, atLeast: 0)
      self = .file(file, kind, pages: pages)
    case .truncate(var file, var pages):
      try visitor.file(&file, .descriptor)
      try visitor.pageCount(&pages, atLeast: 0)
      self = .truncate(file, pages: pages)
    case .grow(var file, var pages):
      try visitor.file(&file, .descriptor)
      try visitor.pageCount(&pages, atLeast: 1)
      self = .grow(file, pages: pages)
    case .punch(var file, var pages):
      try visitor.file(&file, .descriptor)
      try visitor.filePages(&pages)
      self = .punch(file, pages)
    case .dropCaches(var file):
      try visitor.fileOrSystem(&file)
      self = .dropCaches(file)
    case .close(let file): self = .close(try Self.visit(file, .descriptor, &visitor))
    case .unlink(let file): self = .unlink(try Self.visit(file, .name, &visitor))
    case .rename(let file): self = .rename(try Self.visit(file, .name, &visitor))
    case .reopen(let file): self = .reopen(try Self.visit(file, .name, &visitor))
    case .evict(let file): self = .evict(try Self.visit(file, .descriptor, &visitor))
    case .reuse(let file): self = .reuse(try Self.visit(file, .descriptor, &visitor))
    case .umount(let file): self = .umount(try Self.visit(file, .descriptor, &visitor))
    case .map(var slot, var source, var sharing, var protection, var options):
      try visitor.slot(&slot)
      try visitor.source(&source)
      try visitor.sharing(&sharing)
      try visitor.protection(&protection)
      try visitor.options(&options)
      self = .map(slot, source, sharing, protection, options)
    case .remap(var from, var to, var duplicate):
      try visitor.slot(&from)
      try visitor.slot(&to)
      try visitor.duplicate(&duplicate)
      self = .remap(from, to: to, duplicate: duplicate)
    case .protect(var slot, var protection, var pages):
      try visitor.slot(&slot)
      try visitor.protection(&protection)
      try visitor.windowPages(&pages)
      self = .protect(slot, protection, pages)
    case .unmap(var slot, var pages):
      try Self.visit(&slot, &pages, &visitor)
      self = .unmap(slot, pages)
    case .remove(var slot, var pages):
      try Self.visit(&slot, &pages, &visitor)
      self = .remove(slot, pages)
    case .dontneed(var slot, var pages):
      try Self.visit(&slot, &pages, &visitor)
      self = .dontneed(slot, pages)
    case .pageout(var slot, var pages):
      try Self.visit(&slot, &pages, &visitor)
      self = .pageout(slot, pages)
    case .swapin(var slot, var pages):
      try Self.visit(&slot, &pages, &visitor)
      self = .swapin(slot, pages)
    case .collapse(var slot, var pages):
      try Self.visit(&slot, &pages, &visitor)
      self = .collapse(slot, pages)
    case .split(var slot, var pages):
      try Self.visit(&slot, &pages, &visitor)
      self = .split(slot, pages)
    case .merge(var slot, var pages):
      try Self.visit(&slot, &pages, &visitor)
      self = .merge(slot, pages)
    case .lockMemory(var slot, var pages):
      try Self.visit(&slot, &pages, &visitor)
      self = .lockMemory(slot, pages)
    case .migrate(var slot, var pages):
      try Self.visit(&slot, &pages, &visitor)
      self = .migrate(slot, pages)
    case .rmapWalk(var slot, var pages):
      try Self.visit(&slot, &pages, &visitor)
      self = .rmapWalk(slot, pages)
    default:
      try visitFutexOperands(&visitor)
    }
  }

  private mutating func visitFutexOperands<Visitor: OperandVisitor>(
    _ visitor: inout Visitor
  ) throws(Visitor.Failure) {
    switch self {
    case .store(var address, var value):
      try visitor.address(&address, .access)
      try visitor.value(&value, nil)
      self = .store(address, value)
    case .load(var address):
      try visitor.address(&address, .access)
      self = .load(address)
    case .wait(var waiter, var address, var value, var bitset, var timeout, var mode):
      try visitor.address(&address, .futex)
      try visitor.value(&value, "value")
      try visitor.bitset(&bitset)
      try visitor.timeout(&timeout)
      try visitor.mode(&mode, .any)
      try visitor.newWaiter(&waiter)
      self = .wait(waiter, address, value: value, bitset: bitset, timeout, mode)
    case .waitv(var waiter, var words, var timeout):
      try visitor.waitWords(&words)
      try visitor.timeout(&timeout)
      try visitor.newWaiter(&waiter)
      self = .waitv(waiter, words, timeout)
    case .wake(var address, var count, var bitset, var mode):
      try visitor.address(&address, .futex)
      try visitor.count(&count, "count")
      try visitor.bitset(&bitset)
      try visitor.mode(&mode, .any)
      self = .wake(address, count: count, bitset: bitset, mode)
    case .requeue(var from, var to, var wake, var move, var mode):
      try visitor.address(&from, .futex)
      try visitor.address(&to, .futex)
      try visitor.count(&wake, "wake")
      try visitor.count(&move, "move")
      try visitor.mode(&mode, .legacy)
      self = .requeue(from, to, wake: wake, move: move, mode)
    case .compareRequeue(var from, var to, var wake, var move, var value, var mode):
      try visitor.address(&from, .futex)
      try visitor.address(&to, .futex)
      try visitor.count(&wake, "wake")
      try visitor.count(&move, "move")
      try visitor.value(&value, "value")
      try visitor.mode(&mode, .any)
      self = .compareRequeue(from, to, wake: wake, move: move, value: value, mode)
    case .wakeOp(var first, var second, var wake, var wake2, var operation, var mode):
      try visitor.address(&first, .futex)
      try visitor.address(&second, .futex)
      try visitor.count(&wake, "wake")
      try visitor.count(&wake2, "wake2")
      try visitor.wakeOperation(&operation)
      try visitor.mode(&mode, .legacy)
      self = .wakeOp(first, second, wake: wake, wake2: wake2, operation, mode)
    case .cancel(var waiter):
      try visitor.waiter(&waiter)
      self = .cancel(waiter)
    case .lockPI(var address, var mode):
      try visitor.address(&address, .futex)
      try visitor.mode(&mode, .legacy)
      self = .lockPI(address, mode)
    case .tryLockPI(var address, var mode):
      try visitor.address(&address, .futex)
      try visitor.mode(&mode, .legacy)
      self = .tryLockPI(address, mode)
    case .unlockPI(var address, var mode):
      try visitor.address(&address, .futex)
      try visitor.mode(&mode, .legacy)
      self = .unlockPI(address, mode)
    case .robust(var address):
      try visitor.address(&address, .access)
      self = .robust(address)
    case .clearTID(var address):
      try visitor.address(&address, .futex)
      self = .clearTID(address)
    case .hashSlots(var slots):
      try visitor.hashSlots(&slots)
      self = .hashSlots(slots)
    case .keys(var words, var isPrivate):
      try visitor.keyWords(&words)
      try visitor.isPrivate(&isPrivate)
      self = .keys(words, isPrivate: isPrivate)
    default:
      break
    }
  }

  private static func visit<Visitor: OperandVisitor>(
    _ file: FileID, _ use: FileUse, _ visitor: inout Visitor
  ) throws(Visitor.Failure) -> FileID {
    var file = file
    try visitor.file(&file, use)
    return file
  }

  private static func visit<Visitor: OperandVisitor>(
    _ slot: inout SlotID, _ pages: inout PageRange, _ visitor: inout Visitor
  ) throws(Visitor.Failure) {
    try visitor.slot(&slot)
    try visitor.windowPages(&pages)
  }
}
