import Scenario

extension CWriter {
  mutating func writeFutexOperation(_ action: Action, _ actor: ActorID, _ text: String) {
    switch action {
    case .store(let address, let value):
      sections.insert("store")
      hasGuard = true
      ask(actor, text, "return store(\(self.address(address)), \(CNames.hex(value)));")
    case .load(let address):
      sections.insert("load")
      hasGuard = true
      ask(actor, text, "return load(\(self.address(address)));")
    case .wait(let waiter, let address, let value, let bitset, let timeout, let mode):
      wait(waiter, waitCall(address, "\(CNames.hex(value))", bitset, timeout, mode), timeout, actor, text)
    case .waitv(let waiter, let words, let timeout):
      sections.insert("waitv")
      requireFutex2("SYS_futex_waitv")
      let elements = words.map {
        "{\(CNames.hex($0.value)), \(address($0.address)), \(CNames.hex(Self.flags($0.mode))), 0}"
      }
      wait(
        waiter,
        "wait_on_several((const struct wait_element[]){\n\t\t\t" + elements.joined(separator: ",\n\t\t\t")
          + "}, \(words.count), \(Self.timeout(timeout)))", timeout, actor, text)
    case .wake(let address, let count, let bitset, let mode):
      ask(actor, text, "return \(wakeCall(address, "\(Self.number(count))", bitset, mode));")
    case .requeue(let from, let to, let wake, let move, let mode):
      sections.insert("futex")
      ask(
        actor, text,
        "return futex(\(address(from)), FUTEX_REQUEUE\(Self.privateFlag(mode)), \(Self.unsigned(wake)), (unsigned long)\(Self.number(move)), "
          + "\(address(to)), 0);")
    case .compareRequeue(let from, let to, let wake, let move, let value, let mode):
      if mode.interface == .futex2 {
        sections.insert("requeue2")
        requireFutex2("SYS_futex_requeue")
        ask(
          actor, text,
          "return requeue2(\(address(from)), \(address(to)), \(Self.number(wake)), \(Self.number(move)), \(CNames.hex(value)), "
            + "\(CNames.hex(Self.flags(mode))));")
        return
      }
      sections.insert("futex")
      ask(
        actor, text,
        "return futex(\(address(from)), FUTEX_CMP_REQUEUE\(Self.privateFlag(mode)), \(Self.unsigned(wake)), (unsigned long)\(Self.number(move)), "
          + "\(address(to)), \(CNames.hex(value)));")
    case .wakeOp(let first, let second, let wake, let wake2, let operation, let mode):
      sections.insert("futex")
      ask(
        actor, text,
        "return futex(\(address(first)), FUTEX_WAKE_OP\(Self.privateFlag(mode)), \(Self.unsigned(wake)), (unsigned long)\(Self.number(wake2)), "
          + "\(address(second)), \(CNames.hex(Self.encoded(operation))));")
    case .cancel(let waiter):
      sections.insert("cancel")
      ask(population.process(of: waiter) ?? actor, text, "return cancel(\(names.waiter(waiter)));")
    case .lockPI(let address, let mode): lock("FUTEX_LOCK_PI", address, mode, actor, text)
    case .tryLockPI(let address, let mode): lock("FUTEX_TRYLOCK_PI", address, mode, actor, text)
    case .unlockPI(let address, let mode): lock("FUTEX_UNLOCK_PI", address, mode, actor, text)
    default: break
    }
  }

  /// A wait that ends by itself is the actor's own call; any other is a thread of its process.
  private mutating func wait(_ waiter: WaiterID, _ call: String, _ timeout: Timeout, _ actor: ActorID, _ text: String) {
    if timeout.endsByItself { return ask(actor, text, "return \(call);") }
    if laneOrders != nil {
      sections.formUnion(["race-waiters", "ask"])
      let number = performCases.count
      let name = names.waiter(waiter)
      waitCases.append((number, "return \(call);"))
      _ = order("\(text): its thread is made", "return prepare_waiter(\(name), order);")
      prepared.append(
        "if (ask(\(names.actor(population.process(of: actor))), \(number)) < 0)\n\t\tskip(\"a thread cannot be made\");"
      )
      return ask(actor, text, "return begin_waiter(\(name));")
    }
    sections.insert("start-waiter")
    let number = performCases.count
    waitCases.append((number, "return \(call);"))
    ask(population.process(of: actor), text, "return start_waiter(\(names.waiter(waiter)), order);")
  }

  private mutating func waitCall(
    _ address: Address, _ value: String, _ bitset: UInt32, _ timeout: Timeout, _ mode: FutexMode
  ) -> String {
    let bits = Self.bits(bitset)
    if mode.interface == .futex2 {
      sections.insert("wait2")
      requireFutex2("SYS_futex_wait")
      return
        "wait2_on(\(self.address(address)), \(value), \(bits), \(Self.timeout(timeout)), \(CNames.hex(Self.flags(mode))))"
    }
    sections.insert("wait")
    return
      "wait_on(\(self.address(address)), \(value), \(bits), \(Self.timeout(timeout)), \(mode.isPrivate ? "FUTEX_PRIVATE_FLAG" : "0"))"
  }
  private mutating func wakeCall(_ address: Address, _ count: String, _ bitset: UInt32, _ mode: FutexMode) -> String {
    let bits = Self.bits(bitset)
    if mode.interface == .futex2 {
      sections.insert("wake2")
      requireFutex2("SYS_futex_wake")
      return "wake2(\(self.address(address)), \(count), \(bits), \(CNames.hex(Self.flags(mode))))"
    }
    sections.insert("wake")
    return "wake(\(self.address(address)), \(count), \(bits), \(mode.isPrivate ? "FUTEX_PRIVATE_FLAG" : "0"))"
  }

  private mutating func lock(_ call: String, _ address: Address, _ mode: FutexMode, _ actor: ActorID, _ text: String) {
    sections.insert("lock-pi")
    ask(actor, text, "return lock_pi(\(self.address(address)), \(call)\(Self.privateFlag(mode)));")
  }

  mutating func writeKeys(_ words: [ActorAddress], _ isPrivate: Bool, _ text: String) {
    sections.formUnion(["keys", "probe", "cancel"])
    hasGuard = true
    let mode = isPrivate ? FutexMode.private : .shared
    let rows = words.enumerated().map { index, word in
      let process = population.process(of: word.actor)
      let place = self.address(word.address)
      let probe = performCases.count
      waitCases.append((probe, "return \(waitCall(word.address, "probe_value(\(place))", .max, .none, mode));"))
      _ = order("\(text): word \(index) is waited on", "return start_probe(PROBE(\(index)), order);")
      let wake = order("\(text): word \(index) is woken", "return \(wakeCall(word.address, "INT_MAX", .max, mode));")
      let cancel = order("\(text): no probe is left", "return cancel(PROBE(\(index)));")
      return "{\(names.actor(process)), \(names.actor(word.actor)), \(probe), \(wake), \(cancel)}"
    }
    body.append("seen = find_keys((const struct key_word[]){\(rows.joined(separator: ", "))}, \(words.count));")
  }

  private mutating func requireFutex2(_ call: String) {
    require(
      "if (syscall(\(call), 0, 0, 0, 0, 0, 0) < 0 && errno == ENOSYS)\n\t\tskip(\"no \(call.dropFirst(4)) here\");")
  }

  private static func bits(_ bitset: UInt32) -> String { bitset == .max ? "ALL_BITS" : CNames.hex(bitset) }
  /// `INT_MIN` cannot be written as a number in C.
  private static func number(_ count: Int32) -> String {
    count == .max ? "INT_MAX" : count == .min ? "INT_MIN" : "\(count)"
  }
  private static func unsigned(_ count: Int32) -> String { count < 0 ? "(uint32_t)\(number(count))" : number(count) }
  private static func privateFlag(_ mode: FutexMode) -> String { mode.isPrivate ? " | FUTEX_PRIVATE_FLAG" : "" }
  /// `FUTEX2_*`.
  static func flags(_ mode: FutexMode) -> UInt32 {
    UInt32(mode.size.rawValue) | (mode.numa ? 4 : 0) | (mode.mpol ? 8 : 0) | (mode.isPrivate ? 128 : 0)
  }
  private static func timeout(_ timeout: Timeout) -> String {
    timeout == .none ? "NEVER" : timeout.keyword.replacing("-", with: "_").uppercased()
  }
  /// `FUTEX_OP(op, oparg, cmp, cmparg)`.
  static func encoded(_ operation: WakeOperation) -> UInt32 {
    let comparison = operation.comparison == .unknown ? 15 : UInt32(operation.comparison.rawValue)
    return UInt32(operation.modifier.rawValue) << 28 | comparison << 24
      | (UInt32(bitPattern: Int32(operation.operand)) & 0xfff) << 12
      | UInt32(bitPattern: Int32(operation.comparand)) & 0xfff
  }
}
