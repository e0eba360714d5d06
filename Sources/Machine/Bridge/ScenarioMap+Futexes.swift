import Scenario

/// Futex operations.
extension ScenarioMap {
  mutating func planFutex(_ operation: Operation, _ state: inout MachineState) throws(NotOnMachine) -> Plan {
    if case .keys(let words, let isPrivate) = operation.action {
      var places: [Word] = []
      for word in words {
        let mm = try space(word.actor)
        places.append(Word(mm: mm, address: try address(mm, word.address, &state)))
      }
      return .partition(places, isPrivate: isPrivate)
    }
    let mm = try space(operation.actor)
    switch operation.action {
    case .wait(let waiter, let address, let value, let bitset, let timeout, let mode):
      if let refused = refusal(mode) { return .done(refused) }
      if bitset == 0 { return .done(.error(.EINVAL)) }
      let (word, flags) = (try self.address(mm, address, &state), try self.mode(mode))
      let expected = try self.expected(mm, word, address, value, &state)
      if timeout.endsByItself {
        return .programs(mm, [call("futex.wait-timeout", word, flags, expected)], .number)
      }
      try checkRoom(for: 1, &state)
      waiters[waiter] = mm
      let owner = try bitsetClass(bitset, &state) << 5 | waiter.index
      return .programs(mm, [call("futex.enqueue", word, flags, expected, owner)], .wait)
    case .waitv(let waiter, let words, let timeout):
      for word in words {
        if let refused = refusal(word.mode) { return .done(refused) }
      }
      var places: [WaitvWord] = []
      for word in words {
        let address = try self.address(mm, word.address, &state)
        places.append(
          WaitvWord(
            address: address, mode: try mode(word.mode),
            expected: try expected(mm, address, word.address, word.value, &state)))
      }
      try checkRoom(for: words.count, &state)
      waiters[waiter] = mm
      return .waitv(mm, waiter, places, isTimed: timeout.endsByItself)
    case .wake(let address, let count, let bitset, let mode):
      if let refused = refusal(mode) { return .done(refused) }
      if bitset == 0 { return .done(.error(.EINVAL)) }
      let (word, flags) = (try self.address(mm, address, &state), try self.mode(mode))
      if mode.interface == .futex2, count == 0 {
        return .programs(mm, [call("futex.requeue-some", word, word, flags, 0, 0)], .number)
      }
      let overlooked = classes(without: bitset)
      let wake =
        overlooked == 0
        ? call("futex.wake", word, flags, Self.count(max(count, 1)))
        : call("futex.wake-bitset", word, flags, Self.count(max(count, 1)), overlooked)
      return .programs(mm, [wake], .number)
    case .requeue(let from, let to, let wake, let move, let mode):
      if let refused = refusal(mode) { return .done(refused) }
      if wake < 0 || move < 0 { return .done(.error(.EINVAL)) }
      let (first, second) = (try address(mm, from, &state), try address(mm, to, &state))
      return .programs(
        mm,
        [call("futex.requeue-some", first, second, try self.mode(mode), Self.count(wake), Self.count(move))],
        .number)
    case .compareRequeue(let from, let to, let wake, let move, let value, let mode):
      if let refused = refusal(mode) { return .done(refused) }
      if wake < 0 || move < 0 { return .done(.error(.EINVAL)) }
      let (first, second) = (try address(mm, from, &state), try address(mm, to, &state))
      return .programs(
        mm,
        [
          call(
            "futex.cmp-requeue", first, second, try self.mode(mode), Self.count(wake), Self.count(move),
            try expected(mm, first, from, value, &state))
        ], .number)
    case .wakeOp(let first, let second, let wake, let wake2, let change, let mode):
      return try wakeOp(mm, first, second, wake, wake2, change, mode, &state)
    case .cancel(let waiter): return .programs(mm, [call("futex.cancel", waiter.index)], .number)
    // The Machine is a kernel without CONFIG_FUTEX_PRIVATE_HASH: prctl does not know the call.
    case .hashSlots: return .done(.error(.EINVAL))
    case .lockPI, .tryLockPI, .unlockPI: throw NotOnMachine("priority inheritance")
    default: throw NotOnMachine(operation.kind.keyword)
    }
  }

  /// futex2 knows 32-bit words alone.
  private func refusal(_ mode: FutexMode) -> OperationResult? {
    mode.interface == .futex2 && mode.size != .u32 ? .error(.EINVAL) : nil
  }
  /// There are never more waiters than 4.
  private static func count(_ count: Int32) -> UInt8 { UInt8(min(max(count, 0), 100)) }

  private func checkRoom(for words: Int, _ state: inout MachineState) throws(NotOnMachine) {
    guard state.look({ $0.queuedWaiters.count }) + words <= Layout.waiters else {
      throw NotOnMachine("more than 4 sleeping waiters")
    }
  }

  private mutating func expected(
    _ mm: UInt8, _ word: UInt8, _ address: Address, _ value: UInt32, _ state: inout MachineState
  ) throws(NotOnMachine) -> UInt8 {
    try contents.expected(value, at: Self.offset(address), now: content(mm, word, &state))
  }

  // MARK: Bitsets

  /// The number of a waiter's bitset. One that no waiter has any more makes room.
  mutating func bitsetClass(_ bitset: UInt32, _ state: inout MachineState) throws(NotOnMachine) -> UInt8 {
    if let known = bitsets.firstIndex(of: bitset) { return UInt8(known) }
    let used = state.look { $0.waiterBitsets }
    let free = (1..<bitsets.count).first { bitsets[$0] == 0 || !isRace && !used.contains(UInt8($0)) }
    guard let free else { throw NotOnMachine("more than 3 bitsets at a time") }
    bitsets[free] = bitset
    return UInt8(free)
  }
  /// A bit for each bitset that has nothing in common with this one.
  private func classes(without bitset: UInt32) -> UInt8 {
    bitsets.indices.reduce(0) { bits, index in
      bitsets[index] != 0 && bitsets[index] & bitset == 0 ? bits | 1 << UInt8(index) : bits
    }
  }

  // MARK: FUTEX_WAKE_OP

  /// The Machine exchanges the word; what it becomes is reckoned here, from what it is: in a race that is not known.
  private mutating func wakeOp(
    _ mm: UInt8, _ first: Address, _ second: Address, _ wake: Int32, _ wake2: Int32, _ change: WakeOperation,
    _ mode: FutexMode, _ state: inout MachineState
  ) throws(NotOnMachine) -> Plan {
    let (word, word2) = (try address(mm, first, &state), try address(mm, second, &state))
    let offset = Self.offset(second)
    let now = content(mm, word2, &state)
    let old = contents.value(at: offset, in: now)
    let expected: UInt8
    if change.comparison == .unknown {
      expected = Layout.errorBit | UInt8(ErrorCode.ENOSYS.rawValue)
    } else if isRace {
      guard change.modifier == .set, change.comparison == .equal else {
        throw NotOnMachine("arithmetic on a word inside a race")
      }
      expected = try contents.expected(UInt32(bitPattern: Int32(change.comparand)), at: offset, now: now)
    } else {
      expected = Self.holds(change, Int32(bitPattern: old)) ? now : PageContents.none
    }
    let number = try contents.number(now, storing: Self.changed(change, old), at: offset)
    return .programs(
      mm,
      [
        call(
          "futex.wake-op", word, word2, try self.mode(mode), Self.count(max(wake, 1)), Self.count(max(wake2, 1)),
          number, expected)
      ], .number)
  }

  /// `FUTEX_OP_*` of `linux/futex.h`.
  private static func changed(_ change: WakeOperation, _ old: UInt32) -> UInt32 {
    let argument = UInt32(bitPattern: Int32(change.operand))
    return switch change.modifier {
    case .set: argument
    case .add: old &+ argument
    case .or: old | argument
    case .andn: old & ~argument
    case .xor: old ^ argument
    }
  }
  /// `FUTEX_OP_CMP_*`: of signed numbers.
  private static func holds(_ change: WakeOperation, _ old: Int32) -> Bool {
    let argument = Int32(change.comparand)
    return switch change.comparison {
    case .equal: old == argument
    case .notEqual: old != argument
    case .less: old < argument
    case .lessOrEqual: old <= argument
    case .greater: old > argument
    case .greaterOrEqual: old >= argument
    case .unknown: false
    }
  }
}
