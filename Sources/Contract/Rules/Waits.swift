import Scenario

/// `FUTEX_WAIT_BITSET`, `futex_wait(2)`, `futex_waitv(2)`.
extension ContractState {
  /// What a call's entry point refuses before it looks at any word: futex(2), futex2's `futex_flags_valid()`.
  func refusal(_ mode: FutexMode, _ step: inout Step) -> OperationResult? {
    guard mode.interface == .futex2 else { return nil }
    if release < KernelRelease(6, 7) { return step.fail(.futex2Since, .ENOSYS) }
    return flagRefusal(mode, &step)
  }
  func flagRefusal(_ mode: FutexMode, _ step: inout Step) -> OperationResult? {
    if mode.size != .u32 { return step.fail(.futex2Size, .EINVAL) }
    if mode.numa || mode.mpol, release < KernelRelease(6, 16) { return step.fail(.numaSince, .EINVAL) }
    return nil
  }

  mutating func wait(
    _ waiter: WaiterID, _ space: UInt8, _ address: Address, value: UInt32, bitset: UInt32, _ timeout: Timeout,
    _ mode: FutexMode, _ step: inout Step
  ) -> OperationResult {
    if let refusal = refusal(mode, &step) { return refusal }
    if bitset == 0 { return step.fail(.bitsetZero, .EINVAL) }
    let derived: DerivedKey
    switch deriveKey(space, address, .read, mode, &step) {
    case .failure(let error): return .error(error)
    case .success(let key): derived = key
    }
    if let error = compare(space, address, value, &step) { return error }
    if timeout.endsByItself { return step.fail(.waitTimeout, .ETIMEDOUT) }
    queue.append(QueuedWait(waiter: waiter, space: space, key: derived.key, bitset: bitset, node: derived.node))
    step.rule = .waitSleeps
    return .waiting
  }

  /// Reads the word, as a wait and cmp-requeue do once the key is known; `nil` when it holds the value.
  mutating func compare(
    _ space: UInt8, _ address: Address, _ value: UInt32, _ step: inout Step
  ) -> OperationResult? {
    guard case .success(let location) = touch(space, address, write: false) else {
      return step.fail(.waitReadsWord, .EFAULT)
    }
    let equal = self.value(at: location).equals(value) ?? step.chooseWhether(.unknownWord)
    return equal ? nil : step.fail(.waitValue, .EAGAIN)
  }

  /// All keys first, then all values; it sleeps on all words or on none.
  mutating func waitv(
    _ waiter: WaiterID, _ space: UInt8, _ words: [WaitWord], _ timeout: Timeout, _ step: inout Step
  ) -> OperationResult {
    if release < KernelRelease(5, 16) { return step.fail(.waitvSince, .ENOSYS) }
    for word in words {
      if let refusal = flagRefusal(word.mode, &step) { return refusal }
    }
    var entries: [QueuedWait] = []
    for word in words {
      switch deriveKey(space, word.address, .read, word.mode, &step) {
      case .failure(let error): return .error(error)
      case .success(let derived):
        entries.append(
          QueuedWait(waiter: waiter, space: space, key: derived.key, bitset: .max, node: derived.node))
      }
    }
    for word in words {
      if let error = compare(space, word.address, word.value, &step) { return error }
    }
    if timeout.endsByItself { return step.fail(.waitTimeout, .ETIMEDOUT) }
    queue.append(contentsOf: entries)
    step.rule = .waitvSleeps
    return .waiting
  }

  /// Ends a waiter of one's own address space.
  mutating func cancel(_ waiter: WaiterID, _ step: inout Step) -> OperationResult {
    guard isSleeping(waiter) else { return step.succeed(.cancel, 0) }
    step.end(waiter, .error(.ECANCELED))
    return step.succeed(.cancel, 1)
  }
}
