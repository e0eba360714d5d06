import Scenario

/// Futex operations. The Machine's words hold six bits and its waiters wait for every bit of a bitset.
extension ScenarioMap {
  mutating func planFutex(_ operation: Operation, _ state: inout MachineState) throws(NotOnMachine) -> Plan {
    if case .keys(let words, let isPrivate) = operation.action {
      var places: [Word] = []
      for word in words {
        let mm = try space(word.actor)
        places.append(Word(mm: mm, address: try address(mm, word.address)))
      }
      guard state.look({ $0.queuedWaiters.isEmpty }) else { throw NotOnMachine("keys beside sleeping waiters") }
      return .partition(places, isPrivate: isPrivate)
    }
    let mm = try space(operation.actor)
    switch operation.action {
    case .wait(let waiter, let address, let value, let bitset, let timeout, let mode):
      if let refused = refusal(mode) { return .done(refused) }
      if bitset == 0 { return .done(.error(.EINVAL)) }
      guard bitset == .max else { throw NotOnMachine("waits for a bitset") }
      let (word, flags) = (try self.address(mm, address), try self.mode(mode))
      if timeout.endsByItself {
        return .programs(mm, [call("futex.wait-timeout", word, flags, compared(value))], .number)
      }
      guard state.look({ $0.queuedWaiters.count }) < Layout.waiters else {
        throw NotOnMachine("more than 4 sleeping waiters")
      }
      waiters[waiter] = mm
      return .programs(mm, [call("futex.enqueue", word, flags, compared(value), waiter.index)], .wait)
    case .wake(let address, let count, let bitset, let mode):
      if let refused = refusal(mode) { return .done(refused) }
      if bitset == 0 { return .done(.error(.EINVAL)) }
      let (word, flags) = (try self.address(mm, address), try self.mode(mode))
      if mode.interface == .futex2, count == 0 {
        return .programs(mm, [call("futex.requeue-some", word, word, flags, 0, 0)], .number)
      }
      return .programs(mm, [call("futex.wake", word, flags, UInt8(min(max(count, 1), 100)))], .number)
    case .requeue(let from, let to, let wake, let move, let mode):
      if let refused = refusal(mode) { return .done(refused) }
      if wake < 0 || move < 0 { return .done(.error(.EINVAL)) }
      return .programs(
        mm,
        [
          call(
            "futex.requeue-some", try address(mm, from), try address(mm, to), try self.mode(mode),
            UInt8(min(wake, 100)),
            UInt8(min(move, 100)))
        ], .number)
    case .compareRequeue(let from, let to, let wake, let move, let value, let mode):
      if let refused = refusal(mode) { return .done(refused) }
      if wake < 0 || move < 0 { return .done(.error(.EINVAL)) }
      return .programs(
        mm,
        [
          call(
            "futex.cmp-requeue", try address(mm, from), try address(mm, to), try self.mode(mode), UInt8(min(wake, 100)),
            UInt8(min(move, 100)), compared(value))
        ], .number)
    case .cancel(let waiter): return .programs(mm, [call("futex.cancel", waiter.index)], .number)
    default: throw NotOnMachine(operation.kind.keyword)
    }
  }

  /// futex2 knows 32-bit words alone.
  private func refusal(_ mode: FutexMode) -> OperationResult? {
    mode.interface == .futex2 && mode.size != .u32 ? .error(.EINVAL) : nil
  }
  /// Words hold less than 64: what is more equals none of them.
  private func compared(_ value: UInt32) -> UInt8 { value < 0x40 ? UInt8(value) : 0x7e }
}
