import Scenario

extension CWriter {
  /// Writes what does one operation.
  /// - Returns: why it cannot be done; `nil` when it can.
  mutating func write(_ operation: Operation, _ text: String) -> String? {
    let actor = operation.actor ?? ActorID(0)
    switch operation.action {
    case .process(let new): body.append("start_process(\(names.actor(new)));")
    case .fork(let new):
      sections.insert("fork")
      ask(actor, text, "return fork_actor(\(names.actor(new)));")
    case .thread(let new):
      sections.insert("thread")
      let process = population.process(of: actor)
      body.append("control->pid[\(names.actor(new))] = 0;")
      ask(process, text, "return start_thread(\(names.actor(new)));")
    case .exit:
      if population.isThread(actor) {
        sections.insert("thread-exit")
        let number = order(text, "return syscall(SYS_exit, 0);")
        body.append(
          "seen = end_thread(\(names.actor(actor)), \(names.actor(population.process(of: actor))), \(number));")
      } else {
        sections.insert("exit")
        let number = order(text, "_exit(0);")
        body.append("seen = end_process(\(names.actor(actor)), \(number));")
      }
    case .file(let file, let kind, let pages): return write(file, kind, pages, text)
    case .truncate, .grow, .punch, .dropCaches, .close, .unlink, .rename, .reopen:
      writeFileOperation(operation.action, actor, text)
    case .map(let slot, let source, let sharing, let protection, let options):
      writeMap(slot, source, sharing, protection, options, actor, text)
    case .unmap, .remap, .protect, .remove, .dontneed, .pageout, .swapin, .collapse, .split, .merge, .lockMemory:
      writeWindowOperation(operation.action, actor, text)
    case .robust(let address):
      sections.insert("robust")
      hasGuard = true
      ask(actor, text, "return robust(\(names.actor(actor)), \(self.address(address)));")
    case .clearTID(let address):
      sections.insert("clear-tid")
      ask(actor, text, "return clear_tid(\(self.address(address)));")
    case .hashSlots(let slots):
      sections.insert("hash-slots")
      ask(actor, text, "return hash_slots(\(slots));")
    case .keys(let words, let isPrivate): writeKeys(words, isPrivate, text)
    case .evict, .reuse, .umount, .migrate, .rmapWalk: return "no user space can do it at will"
    default: writeFutexOperation(operation.action, actor, text)
    }
    return nil
  }

  mutating func address(_ address: Address) -> String {
    let offset = CNames.hex(address.offset)
    switch address.base {
    case .slot(let slot): return "AT(\(names.window(slot)), \(offset))"
    case .special(.null): return offset + "UL"
    case .special(.text): return "((unsigned long)&perform & ~4095UL) + \(offset)"
    case .special(.vdso): return "getauxval(AT_SYSINFO_EHDR) + \(offset)"
    case .special(.vvar):
      sections.insert("vvar")
      return "vvar() + \(offset)"
    case .special(.vsyscall): return "0xffffffffff600000UL + \(offset)"
    case .special(.kernel): return "0xffff888000000000UL + \(offset)"
    }
  }
}
