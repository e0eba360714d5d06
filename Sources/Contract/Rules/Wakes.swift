import Scenario

extension Step {
  /// Notes that a waiter ends; once, if several of its words were woken.
  mutating func end(_ waiter: WaiterID, _ how: WaitEnd) {
    if !ended.contains(where: { $0.waiter == waiter }) { ended.append(EndedWaiter(waiter, how)) }
  }
}

/// `FUTEX_WAKE_BITSET`, `futex_wake(2)`, `FUTEX_REQUEUE`, `FUTEX_CMP_REQUEUE`, `futex_requeue(2)`, `FUTEX_WAKE_OP`.
extension ContractState {
  mutating func wake(
    _ space: UInt8, _ address: Address, count: Int32, bitset: UInt32, _ mode: FutexMode, _ step: inout Step
  ) -> OperationResult {
    if let refusal = refusal(mode, &step) { return refusal }
    if bitset == 0 { return step.fail(.bitsetZero, .EINVAL) }
    switch deriveKey(space, address, .read, mode, &step) {
    case .failure(let error): return .error(error)
    case .success(let derived):
      if mode.interface == .futex2, count == 0 { return step.succeed(.wakeCountZero, 0) }
      let woken = wakeQueued(derived, atMost: count, bitset: bitset, &step)
      return step.succeed(.wakeFindsKey, woken)
    }
  }

  /// Wakes in the order of the queue. As the kernel counts after each wake, a limit below 1 is 1.
  mutating func wakeQueued(
    _ derived: DerivedKey, atMost limit: Int32, bitset: UInt32 = .max, _ step: inout Step
  ) -> Int64 {
    let found = Array(matches(derived, &step).filter { queue[$0].bitset & bitset != 0 }.prefix(Int(max(1, limit))))
    var leaving = found
    if keepsEndedWaitvs {
      var ended = Set(step.ended.map(\.waiter))
      leaving = found.filter { ended.insert(queue[$0].waiter).inserted }
    }
    for index in found { step.end(queue[index].waiter, .woken) }
    for index in leaving.reversed() { queue.remove(at: index) }
    return Int64(found.count)
  }

  /// The entries that a key finds, in order.
  func matches(_ derived: DerivedKey, _ step: inout Step) -> [Int] {
    var sameTable: Bool?
    var found: [Int] = []
    for (index, entry) in queue.enumerated() where entry.key == derived.key && !entry.isOverlooked {
      if entry.node != derived.node {
        // Two nodes: two tables. One node and none: with the node's table or with the process's own one.
        if entry.node != nil, derived.node != nil { continue }
        let meets = sameTable ?? step.chooseWhether(.numaTable)
        sameTable = meets
        if !meets { continue }
      }
      found.append(index)
    }
    return found
  }

  struct RequeueCounts {
    var wake: Int32
    var move: Int32
    /// The value that the first word must hold, if it is compared.
    var value: UInt32?
  }

  mutating func requeue(
    _ space: UInt8, _ from: Address, _ to: Address, _ counts: RequeueCounts, _ mode: FutexMode, _ step: inout Step
  ) -> OperationResult {
    if let refusal = refusal(mode, &step) { return refusal }
    if counts.wake < 0 || counts.move < 0 { return step.fail(.requeueNegative, .EINVAL) }
    let source: DerivedKey
    let target: DerivedKey
    switch deriveKey(space, from, .read, mode, &step) {
    case .failure(let error): return .error(error)
    case .success(let derived): source = derived
    }
    switch deriveKey(space, to, .read, mode, &step) {
    case .failure(let error): return .error(error)
    case .success(let derived): target = derived
    }
    if let value = counts.value, let error = compare(space, from, value, &step) { return error }
    let found = matches(source, &step)
    let woken = found.prefix(Int(counts.wake))
    let moved = found.dropFirst(woken.count).prefix(Int(counts.move))
    for index in woken { step.end(queue[index].waiter, .woken) }
    move(Array(moved), under: target, isSame: source == target, &step)
    for index in woken.reversed() { queue.remove(at: index) }
    return step.succeed(.requeueMoves, Int64(woken.count + moved.count))
  }

  /// Puts entries, of other processes too, under the key that the requeuer derived. `woken` entries stand before
  /// all of `moved`, so their indices stay.
  private mutating func move(_ moved: [Int], under target: DerivedKey, isSame: Bool, _ step: inout Step) {
    guard let first = moved.first else { return }
    for index in moved {
      queue[index].key = target.key
      queue[index].node = target.node
    }
    if isSame { return }
    // Keys that hash to one bucket: the entry stays where it is in the bucket's list. Seen only if others wait there.
    let othersBehind = queue.indices.contains { index in
      index > first && queue[index].key == target.key && !moved.contains(index)
    }
    if othersBehind, step.chooseWhether(.requeueOrder) { return }
    let entries = moved.map { queue[$0] }
    for index in moved.reversed() { queue.remove(at: index) }
    queue.append(contentsOf: entries)
  }

  mutating func wakeOp(
    _ space: UInt8, _ first: Address, _ second: Address, wake: Int32, wake2: Int32, _ operation: WakeOperation,
    _ mode: FutexMode, _ step: inout Step
  ) -> OperationResult {
    let keys: (DerivedKey, DerivedKey)
    switch deriveKey(space, first, .read, mode, &step) {
    case .failure(let error): return .error(error)
    case .success(let derived): keys.0 = derived
    }
    switch deriveKey(space, second, .write, mode, &step) {
    case .failure(let error): return .error(error)
    case .success(let derived): keys.1 = derived
    }
    guard case .success(let location) = touch(space, second, write: true) else {
      return step.fail(.wakeOpWrites, .EFAULT)
    }
    let old = value(at: location)
    set(location, operation.applied(to: old))
    if operation.comparison == .unknown { return step.fail(.wakeOpUnknown, .ENOSYS) }
    let holds = operation.holds(of: old) ?? step.chooseWhether(.unknownWord)
    var woken = wakeQueued(keys.0, atMost: wake, &step)
    if holds { woken += wakeQueued(keys.1, atMost: wake2, &step) }
    return step.succeed(.wakeOp, woken)
  }
}

extension WakeOperation {
  func applied(to old: WordValue) -> WordValue {
    let argument = UInt32(bitPattern: Int32(operand))
    if modifier == .set { return .known(argument) }
    guard case .known(let old) = old else { return .unknown }
    switch modifier {
    case .set: return .known(argument)
    case .add: return .known(old &+ argument)
    case .or: return .known(old | argument)
    case .andn: return .known(old & ~argument)
    case .xor: return .known(old ^ argument)
    }
  }

  /// The comparison of the old value, as signed numbers; `nil` when it cannot be known.
  func holds(of old: WordValue) -> Bool? {
    guard case .known(let bits) = old else { return nil }
    let old = Int32(bitPattern: bits)
    let other = Int32(comparand)
    switch comparison {
    case .equal: return old == other
    case .notEqual: return old != other
    case .less: return old < other
    case .lessOrEqual: return old <= other
    case .greater: return old > other
    case .greaterOrEqual: return old >= other
    case .unknown: return nil
    }
  }
}
