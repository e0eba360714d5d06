extension Run {
  /// The primitives of the futex queue. All but `schedule` need the bucket lock.
  mutating func queue(_ primitive: Primitive, _ to: UInt8, _ a: Operand, _ b: Operand, _ c: Operand) -> Flow {
    if primitive == .schedule {
      return bytes[ThreadField.waiter] == 0 ? .next : .blocked
    }
    if primitive == .queueIsEmpty {
      set(to, (0..<Layout.waiters).contains { state[waiter: $0, WaiterField.state] != 0 } ? 0 : 1)
      return .next
    }
    guard state.global(GlobalField.bucketLock) == UInt8(thread + 1) else { return .violation(.lockNotHeld) }
    switch primitive {
    case .queueMe: return enqueue(a.registerIndex ?? 0, UInt8(thread))
    case .queueWaiter: return enqueue(a.registerIndex ?? 0, WaiterOwner.byte(value(b)))
    case .unqueueMe:
      let entry = Int(bytes[ThreadField.waiter])
      set(to, entry == 0 ? 0 : 1)
      if entry != 0 { remove(entry - 1) }
    case .unqueueWaiter:
      set(to, 0)
      for entry in 0..<Layout.waiters
      where state[waiter: entry, WaiterField.state] == 1
        && WaiterOwner.isNobodysThread(state[waiter: entry, WaiterField.thread])
        && WaiterOwner.waiter(state[waiter: entry, WaiterField.thread]) == value(a) & 0x1f
      {
        set(to, 1)
        bytes[ThreadField.queuedPointer] = state[waiter: entry, WaiterField.pointer]
        bytes[ThreadField.queuedOffset] = state[waiter: entry, WaiterField.offset]
        pass(entry, from: nil, to: bytes)
        remove(entry)
        break
      }
    case .wake: return move(to, from: a.registerIndex ?? 0, to: nil, count: value(b))
    case .wakeBitset:
      return move(to, from: a.registerIndex ?? 0, to: nil, count: value(b), overlooking: value(c))
    case .dequeue:
      let before = (0..<Layout.threads).map { state.thread($0)[ThreadField.waiter] }
      let flow = move(to, from: a.registerIndex ?? 0, to: nil, count: 1)
      // Whose it was: the one that is queued no more.
      let owner = (0..<Layout.threads).first { before[$0] != 0 && state.thread($0)[ThreadField.waiter] == 0 }
      if case .next = flow { set(to, owner.map { UInt8($0 + 1) } ?? 0) }
      return flow
    case .requeue: return move(to, from: a.registerIndex ?? 0, to: b.registerIndex ?? 0, count: value(c))
    default: break
    }
    return .next
  }

  /// A thread, or (from 0x40) a waiter that is nobody's thread.
  private func enqueue(_ key: UInt8, _ owner: UInt8) -> Flow {
    guard owner >= 0x40 || bytes[ThreadField.waiter] == 0 else { return .violation(.bug) }
    for entry in 0..<Layout.waiters where state[waiter: entry, WaiterField.state] == 0 {
      var last: UInt8 = 0
      for other in 0..<Layout.waiters { last = max(last, state[waiter: other, WaiterField.order]) }
      state[waiter: entry, WaiterField.state] = 1
      state[waiter: entry, WaiterField.thread] = owner
      state[waiter: entry, WaiterField.order] = last + 1
      rekey(entry, key)
      if owner < 0x40 {
        bytes[ThreadField.waiter] = UInt8(entry + 1)
        noteKey(entry)
      } else {
        pass(entry, from: bytes, to: nil)
      }
      return .next
    }
    return .violation(.counterOverflow)
  }

  private func rekey(_ entry: Int, _ key: UInt8) {
    state[waiter: entry, WaiterField.pointer] = register(key)
    state[waiter: entry, WaiterField.index] = register(key + 1)
    state[waiter: entry, WaiterField.offset] = register(key + 2)
    let identity = self.identity(register(key), register(key + 1), register(key + 2)) ?? 0
    state[waiter: entry, WaiterField.identityLow] = UInt8(truncatingIfNeeded: identity)
    state[waiter: entry, WaiterField.identityHigh] = UInt8(identity >> 8)
  }

  /// `q->key` of a waiter that is a thread, on its stack.
  private func noteKey(_ entry: Int) {
    let owner = Int(state[waiter: entry, WaiterField.thread])
    guard waiterHoldsReference, owner < Layout.threads else { return }
    state.thread(owner)[ThreadField.queuedPointer] = state[waiter: entry, WaiterField.pointer]
    state.thread(owner)[ThreadField.queuedOffset] = state[waiter: entry, WaiterField.offset]
  }

  /// The reference of a waiter's key changes hands; `nil` is a waiter that is no thread. The count stays as it is: that is
  /// for the programs to take and to drop.
  private func pass(_ entry: Int, from: UnsafeMutablePointer<UInt8>?, to: UnsafeMutablePointer<UInt8>?) {
    guard let field = referenceField(entry) else { return }
    if let from { from[field] &-= 1 }
    if let to { to[field] &+= 1 }
  }
  /// Where a thread's references of the object are counted that a waiter's key holds.
  private func referenceField(_ entry: Int) -> Int? {
    guard waiterHoldsReference else { return nil }
    let object = Int(state[waiter: entry, WaiterField.pointer] & 0x0f)
    let offset = state[waiter: entry, WaiterField.offset]
    if offset & 0x10 != 0, pointerKeys, (1...Layout.inodes).contains(object) {
      return ThreadField.inodePins + object - 1
    }
    if offset & 0x20 != 0, (1...Layout.mms).contains(object) { return ThreadField.mmPins + object - 1 }
    return nil
  }

  private func remove(_ entry: Int) {
    let order = state[waiter: entry, WaiterField.order]
    let owner = Int(state[waiter: entry, WaiterField.thread])
    if owner < Layout.threads { state.thread(owner)[ThreadField.waiter] = 0 }
    for field in 0..<Layout.waiterStride { state[waiter: entry, field] = 0 }
    for other in 0..<Layout.waiters where state[waiter: other, WaiterField.order] > order {
      state[waiter: other, WaiterField.order] -= 1
    }
  }

  /// Wakes, or moves to another key, the first `count` waiters with this key, in the order in which they came; but those
  /// whose bitset's bit is in `classes`.
  private mutating func move(
    _ to: UInt8, from key: UInt8, to other: UInt8?, count: UInt8, overlooking classes: UInt8 = 0
  ) -> Flow {
    let mine = (register(key), register(key + 1), register(key + 2))
    let identity = self.identity(mine.0, mine.1, mine.2)
    var done: UInt8 = 0
    var order: UInt8 = 1
    while order <= Layout.waiters {
      defer { order += 1 }
      guard let entry = (0..<Layout.waiters).first(where: { state[waiter: $0, WaiterField.order] == order }) else {
        break
      }
      let theirs = (
        state[waiter: entry, WaiterField.pointer], state[waiter: entry, WaiterField.index],
        state[waiter: entry, WaiterField.offset]
      )
      let low = UInt16(state[waiter: entry, WaiterField.identityLow])
      let their = low | UInt16(state[waiter: entry, WaiterField.identityHigh]) << 8
      let equal = match(mine, theirs)
      if let identity, their != 0 {
        if equal, identity != their { return .violation(.falseMatch) }
        if !equal, identity == their { return .violation(.missedWaiter) }
      }
      guard equal, done < count else { continue }
      let byte = state[waiter: entry, WaiterField.thread]
      if classes != 0, classes >> WaiterOwner.bitset(byte) & 1 != 0 { continue }
      done += 1
      let owner = Int(byte)
      let holder = owner < Layout.threads ? state.thread(owner) : nil
      if let other {
        // drop_futex_key_refs of the old key and get_futex_key_refs of the new one are the requeuer's to do.
        pass(entry, from: holder, to: bytes)
        rekey(entry, other)
        pass(entry, from: bytes, to: holder)
        noteKey(entry)
      } else {
        if holder == nil, waiterHoldsReference {
          pass(entry, from: nil, to: bytes)
          bytes[ThreadField.returning] += 1
        }
        remove(entry)
        order -= 1
      }
    }
    set(to, done)
    return .next
  }

  /// `match_futex`: all three words, nothing else. The life in a pointer is not there for the kernel.
  private func match(_ left: (UInt8, UInt8, UInt8), _ right: (UInt8, UInt8, UInt8)) -> Bool {
    let isSequence = left.2 & 0x10 != 0 && !pointerKeys
    let mask: UInt8 = isSequence ? 0xff : 0x0f
    return left.0 & mask == right.0 & mask && left.1 == right.1 && left.2 == right.2
  }
}
