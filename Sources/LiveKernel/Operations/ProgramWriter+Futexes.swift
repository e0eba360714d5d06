import CKeywake
import Scenario

extension ProgramWriter {
  func writeWait(
    _ waiter: WaiterID, _ address: Address, value: UInt32, bitset: UInt32, _ timeout: Timeout, _ mode: FutexMode,
    by actor: ActorID
  ) {
    let process = noteWaiter(waiter, by: actor)
    put(KW_WAIT, by: timeout.endsByItself ? actor : process) {
      $0.waiter = waiter.index
      $0.address = bytes(of: address)
      $0.value = value
      $0.bitset = bitset
      $0.argument = timeout.rawValue
      $0.flags = flags(of: mode) | flags(of: timeout)
      $0.size = mode.size.rawValue
    }
  }

  func writeWaitv(_ waiter: WaiterID, _ elements: [WaitWord], _ timeout: Timeout, by actor: ActorID) {
    let process = noteWaiter(waiter, by: actor)
    let list = nextWaitList()
    for (index, element) in elements.prefix(Limits.words).enumerated() {
      words[list * Int(KW_WORDS) + index] = kw_word(
        address: bytes(of: element.address), value: element.value, flags: futex2Flags(of: element.mode))
    }
    put(KW_WAITV, by: timeout.endsByItself ? actor : process) {
      $0.waiter = waiter.index
      $0.value = UInt32(list)
      $0.count = Int32(min(elements.count, Limits.words))
      $0.argument = timeout.rawValue
      $0.flags = flags(of: timeout)
    }
  }

  /// A waiter is its process's: a further thread has it made by the process's first one, whose end it outlives.
  private func noteWaiter(_ waiter: WaiterID, by actor: ActorID) -> ActorID {
    waiterProcesses[Int(waiter.index)] = process(of: actor)
    return process(of: actor)
  }

  func writeFutexOperation(_ action: Action, by actor: ActorID) {
    switch action {
    case .wake(let address, let count, let bitset, let mode):
      put(KW_WAKE, by: actor) {
        $0.address = bytes(of: address)
        $0.count = count
        $0.bitset = bitset
        $0.flags = flags(of: mode)
        $0.size = mode.size.rawValue
      }
    case .requeue(let from, let to, let wake, let move, let mode):
      requeue(KW_REQUEUE, from, to, wake, move, 0, mode, by: actor)
    case .compareRequeue(let from, let to, let wake, let move, let value, let mode):
      requeue(KW_COMPARE_REQUEUE, from, to, wake, move, value, mode, by: actor)
    case .wakeOp(let from, let to, let wake, let wake2, let operation, let mode):
      put(KW_WAKE_OP, by: actor) {
        $0.address = bytes(of: from)
        $0.address2 = bytes(of: to)
        $0.count = wake
        $0.count2 = wake2
        $0.value = operation.encoded
        $0.flags = flags(of: mode)
      }
    case .cancel(let waiter):
      put(KW_CANCEL, by: waiterProcesses[Int(waiter.index)]) { $0.waiter = waiter.index }
    case .lockPI(let address, let mode): word(KW_LOCK_PI, address, mode, by: actor)
    case .tryLockPI(let address, let mode): word(KW_TRYLOCK_PI, address, mode, by: actor)
    case .unlockPI(let address, let mode): word(KW_UNLOCK_PI, address, mode, by: actor)
    case .robust(let address):
      wakesAtEnd = true
      word(KW_ROBUST, address, .shared, by: actor)
    case .clearTID(let address):
      wakesAtEnd = true
      word(KW_CLEAR_TID, address, .shared, by: actor)
    case .hashSlots(let slots): put(KW_HASH_SLOTS, by: actor) { $0.value = UInt32(slots) }
    default: break
    }
  }

  private func word(_ code: kw_code, _ address: Address, _ mode: FutexMode, by actor: ActorID) {
    put(code, by: actor) {
      $0.address = bytes(of: address)
      $0.flags = flags(of: mode)
    }
  }

  private func requeue(
    _ code: kw_code, _ from: Address, _ to: Address, _ wake: Int32, _ move: Int32, _ value: UInt32, _ mode: FutexMode,
    by actor: ActorID
  ) {
    put(code, by: actor) {
      $0.address = bytes(of: from)
      $0.address2 = bytes(of: to)
      $0.count = wake
      $0.count2 = move
      $0.value = value
      $0.flags = flags(of: mode)
      $0.size = mode.size.rawValue
    }
  }

  /// For each word in turn all words are waited on, by the actors that name them, and the word is woken. A probe that
  /// nobody woke in one round still waits in the next. At the end the rest is cancelled.
  func writeKeys(_ list: [ActorAddress], isPrivate: Bool) {
    let mode = isPrivate ? FutexMode.private : .shared
    for word in list {
      for (index, probed) in list.enumerated() {
        put(KW_PROBE, by: process(of: probed.actor)) {
          $0.waiter = UInt8(Int(KW_SCENARIO_WAITERS) + index)
          $0.address = bytes(of: probed.address)
          $0.bitset = .max
          $0.flags = flags(of: mode)
        }
      }
      put(KW_PROBE_WAKE, by: word.actor) {
        $0.address = bytes(of: word.address)
        $0.count = .max
        $0.bitset = .max
        $0.flags = flags(of: mode)
      }
    }
    for (index, word) in list.enumerated() {
      put(KW_CANCEL, by: process(of: word.actor)) { $0.waiter = UInt8(Int(KW_SCENARIO_WAITERS) + index) }
    }
  }

  private func flags(of mode: FutexMode) -> UInt16 {
    var flags: UInt16 = 0
    if mode.isPrivate { flags |= UInt16(KW_PRIVATE.rawValue) }
    if mode.interface == .futex2 { flags |= UInt16(KW_FUTEX2.rawValue) }
    if mode.numa { flags |= UInt16(KW_NUMA.rawValue) }
    if mode.mpol { flags |= UInt16(KW_MPOL.rawValue) }
    return flags
  }

  /// A wait that ends by itself is the actor's own call.
  private func flags(of timeout: Timeout) -> UInt16 {
    if timeout == .none { return 0 }
    return UInt16(timeout.endsByItself ? KW_BLOCKING.rawValue : KW_LONG.rawValue)
  }

  private func futex2Flags(of mode: FutexMode) -> UInt32 {
    UInt32(mode.size.rawValue) | (mode.numa ? 4 : 0) | (mode.mpol ? 8 : 0) | (mode.isPrivate ? 128 : 0)
  }
}

extension WakeOperation {
  /// `FUTEX_OP(op, oparg, cmp, cmparg)`.
  var encoded: UInt32 {
    let comparison = comparison == .unknown ? 15 : UInt32(comparison.rawValue)
    return UInt32(modifier.rawValue) << 28 | comparison << 24 | (UInt32(bitPattern: Int32(operand)) & 0xfff) << 12
      | UInt32(bitPattern: Int32(comparand)) & 0xfff
  }
}
