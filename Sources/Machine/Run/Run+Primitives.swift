extension Run {
  /// A primitive without a place.
  mutating func perform(_ primitive: Primitive, _ to: UInt8, _ a: Operand, _ b: Operand, _ c: Operand) -> Flow {
    let first = value(a)
    if primitive.sleeps, bytes[ThreadField.readDepth] != 0 || bytes[ThreadField.spinDepth] != 0 {
      return .violation(.sleepingInAtomic)
    }
    switch primitive {
    // Local
    case .ptePresent:
      set(to, first & (Layout.pteSwap | Layout.pteMigration) == 0 && first & 0x0f != 0 ? 1 : 0)
    case .pteWrite: set(to, first & Layout.pteWrite != 0 ? 1 : 0)
    case .ptePage: set(to, first & 0x0f)
    case .pteIsSwap: set(to, first & Layout.pteSwap != 0 ? 1 : 0)
    case .pteEntry: set(to, first & 0x0f)
    case .pteIsMigration: set(to, first & Layout.pteMigration != 0 ? 1 : 0)
    case .makePTE: set(to, first & 0x0f | (value(b) != 0 ? Layout.pteWrite : 0))
    case .swapPTE: set(to, first & 0x0f | Layout.pteSwap)
    case .migrationPTE: set(to, first & 0x0f | Layout.pteMigration)
    case .virtualPage: set(to, first >> 2)
    case .word: set(to, first & 3)
    case .misaligned: set(to, first & 3 == 3 ? 1 : 0)
    case .accessOK: set(to, first < 16 ? 1 : 0)
    case .slotPage: set(to, first & 0x80 != 0 ? 0 : first)
    case .slotIsSwap: set(to, first & 0x80 != 0 ? 1 : 0)
    case .slotEntry: set(to, first & 0x0f)
    case .swapSlot: set(to, first & 0x0f | 0x80)
    case .pageSlot: set(to, first & 0x0f)
    case .isError: set(to, first & Layout.errorBit != 0 ? 1 : 0)
    case .anonMapping: set(to, Layout.anonBit | first & 0x3f)
    case .isAnonMapping: set(to, first & Layout.anonBit != 0 ? 1 : 0)
    case .mappingAnonVMA: set(to, first & ~Layout.anonBit)
    case .isZeroPage: set(to, first == Layout.zeroPage ? 1 : 0)
    case .zeroPage: set(to, Layout.zeroPage)
    case .cursorMM:
      let mm = (Int(first) - 1) / Layout.virtualPages + 1
      guard first != 0, mm <= Layout.mms else { return .violation(.badIndex) }
      set(to, UInt8(mm) | state[mm: mm, MMField.life] << 4)
    case .cursorPage: set(to, first == 0 ? 0 : (first - 1) & 3)
    case .mightSleep, .fullBarrier, .readBarrier, .writeBarrier, .barrierAfterAtomic: break
    case .currentTask: set(to, UInt8(thread + 1))
    case .promiseWait, .promiseWake, .promiseKept: return promise(primitive, first, value(b))
    case .waitUntil: if first == 0 { return .blocked }
    case .warnOn: if first != 0 { return .violation(.warn) }
    case .bugOn: if first != 0 { return .violation(.bug) }
    case .ensure: if first == 0 { return .violation(.postcondition) }
    case .record:
      let count = Int(bytes[ThreadField.resultCount])
      if count < Layout.results {
        bytes[ThreadField.results + count] = first
        bytes[ThreadField.resultCount] += 1
      }
    case .stall:
      bytes[ThreadField.status] = ThreadStatus.stalled
      return .stop
    // RCU
    case .rcuReadLock:
      guard bytes[ThreadField.readDepth] < 8 else { return .violation(.counterOverflow) }
      bytes[ThreadField.readDepth] += 1
    case .rcuReadUnlock:
      guard bytes[ThreadField.readDepth] > 0 else { return .violation(.unbalancedRCU) }
      bytes[ThreadField.readDepth] -= 1
      if bytes[ThreadField.readDepth] == 0 { endReadSection() }
    // mm
    case .mmapReadLock, .mmapReadUnlock, .mmapWriteLock, .mmapWriteUnlock, .freeMM:
      if let wrong = checkMM(first) { return .violation(wrong) }
      return mapLock(primitive, Int(first & 0x0f))
    // Inodes
    case .allocInode: set(to, allocateInode())
    case .freeInode, .adoptInode, .donateInode:
      if let wrong = checkInode(first) { return .violation(wrong) }
      let inode = Int(first & 0x0f)
      switch primitive {
      case .adoptInode: bytes[ThreadField.inodePins + inode - 1] &+= 1
      case .donateInode: bytes[ThreadField.inodePins + inode - 1] &-= 1
      default: freeAfterReaders(inode)
      }
    // anon_vmas
    case .allocAnonVMA, .freeAnonVMA, .chainLink, .chainUnlink, .chainNext, .chainOldest, .findMergeable, .isEmpty,
      .nextReverse, .checkAddress, .addToKill:
      return anonVMA(primitive, to, first, value(b), value(c))
    // Waiters
    case .queueMe, .queueWaiter, .unqueueMe, .unqueueWaiter, .schedule, .wake, .wakeBitset, .requeue, .dequeue,
      .queueIsEmpty:
      return queue(primitive, to, a, b, c)
    case .nextReturning:
      let left = bytes[ThreadField.returning]
      set(to, left == 0 ? 0 : 1)
      if left != 0 { bytes[ThreadField.returning] = left - 1 }
    case .queuedPointer:
      set(to, bytes[ThreadField.queuedPointer])
      bytes[ThreadField.queuedPointer] = 0
    case .queuedOffset:
      set(to, bytes[ThreadField.queuedOffset])
      bytes[ThreadField.queuedOffset] = 0
    case .nextVMA:
      if let wrong = checkInode(first) { return .violation(wrong) }
      var found: UInt8 = 0
      let total = Layout.mms * Layout.virtualPages
      for cursor in min(Int(value(b)), total)..<total {
        let mm = cursor / Layout.virtualPages + 1
        let file = state[mm: mm, MMField.files + cursor % Layout.virtualPages]
        if state[mm: mm, MMField.state] != 0, file & 0x0f == first & 0x0f {
          found = UInt8(cursor + 1)
          break
        }
      }
      set(to, found)
    case .getUser, .putUser: userAccess(primitive, to, first, value(b))
    case .allocSwap:
      set(to, 0)
      // The swap cache keeps its entry.
      for entry in 1...Layout.swaps where state[swap: entry, 0] == 0 && state[swap: entry, 1] == 0 {
        state[swap: entry, 0] = 1
        set(to, UInt8(entry))
        break
      }
    case .allocPage: set(to, allocatePage())
    default: return page(primitive, to, first, value(b))
    }
    return .next
  }

  /// An access with page faults disabled, through the page table of the thread's mm.
  private mutating func userAccess(_ primitive: Primitive, _ to: UInt8, _ address: UInt8, _ value: UInt8) {
    set(to, Layout.errorBit | 14)
    let mm = Int(bytes[ThreadField.mm] & 0x0f)
    guard address < 16, address & 3 != 3, (1...Layout.mms).contains(mm) else { return }
    let entry = state[mm: mm, MMField.ptes + Int(address >> 2)]
    let page = Int(entry & 0x0f)
    guard entry & (Layout.pteSwap | Layout.pteMigration) == 0, (1...Layout.pages).contains(page) else { return }
    if primitive == .getUser {
      set(to, state[page: page, PageField.value] & 0x7f)
    } else if entry & Layout.pteWrite != 0 {
      state[page: page, PageField.value] = value
      set(to, 0)
    }
  }

  private func mapLock(_ primitive: Primitive, _ mm: Int) -> Flow {
    let mine = UInt8(1) << UInt8(thread)
    switch primitive {
    case .mmapReadLock:
      guard state[mm: mm, MMField.writer] == 0 else { return .blocked }
      guard state[mm: mm, MMField.readers] & mine == 0 else { return .violation(.deadlock) }
      state[mm: mm, MMField.readers] |= mine
    case .mmapReadUnlock:
      guard state[mm: mm, MMField.readers] & mine != 0 else { return .violation(.lockNotHeld) }
      state[mm: mm, MMField.readers] &= ~mine
    case .mmapWriteLock:
      guard state[mm: mm, MMField.writer] == 0, state[mm: mm, MMField.readers] == 0 else { return .blocked }
      state[mm: mm, MMField.writer] = UInt8(thread + 1)
    case .mmapWriteUnlock:
      guard state[mm: mm, MMField.writer] == UInt8(thread + 1) else { return .violation(.lockNotHeld) }
      state[mm: mm, MMField.writer] = 0
    default:
      guard state[mm: mm, MMField.count] == 0 else { return .violation(.bug) }
      state[mm: mm, MMField.state] = 0
    }
    return .next
  }

  // MARK: Locks and counters

  /// A primitive on a field of an object.
  mutating func atomic(
    _ primitive: Primitive, _ to: UInt8, _ kind: ObjectKind, _ base: UInt8, _ offset: Int, _ a: UInt8, _ b: UInt8
  ) -> Flow {
    var address = 0
    if let wrong = resolve(kind, base, offset, 0, 1, &address) { return .violation(wrong) }
    let place = state.base + address
    let me = UInt8(thread + 1)
    if kind == .anonVMA, primitive.isLocking { return anonLock(primitive, to, Int(base & 0x0f)) }
    switch primitive {
    case .spinLock, .mutexLock:
      if primitive.sleeps, bytes[ThreadField.readDepth] != 0 || bytes[ThreadField.spinDepth] != 0 {
        return .violation(.sleepingInAtomic)
      }
      guard place.pointee == 0 else { return .blocked }
      if primitive == .spinLock, bytes[ThreadField.spinDepth] >= 0x7f { return .violation(.counterOverflow) }
      place.pointee = me
      if primitive == .spinLock { bytes[ThreadField.spinDepth] += 1 }
    case .spinTryLock:
      set(to, place.pointee == 0 ? 1 : 0)
      if place.pointee == 0 {
        guard bytes[ThreadField.spinDepth] < 0x7f else { return .violation(.counterOverflow) }
        place.pointee = me
        bytes[ThreadField.spinDepth] += 1
      }
    case .spinUnlock, .mutexUnlock:
      guard place.pointee == me else { return .violation(.lockNotHeld) }
      place.pointee = 0
      if primitive == .spinUnlock {
        guard bytes[ThreadField.spinDepth] > 0 else { return .violation(.lockNotHeld) }
        bytes[ThreadField.spinDepth] -= 1
      }
    case .atomicInc, .atomicIncReturn, .atomicIncNotZero:
      if primitive == .atomicIncNotZero, place.pointee == 0 {
        set(to, 0)
        return .next
      }
      guard place.pointee < 0x7f else { return .violation(.counterOverflow) }
      place.pointee += 1
      pin(kind, base, offset, 1)
      if kind == .anonVMA, primitive == .atomicIncNotZero { pinAnonVMA(primitive, Int(base & 0x0f)) }
      set(to, primitive == .atomicIncReturn ? place.pointee : 1)
    case .atomicDec, .atomicDecAndTest:
      guard place.pointee > 0 else { return .violation(.counterUnderflow) }
      place.pointee -= 1
      pin(kind, base, offset, 0xff)
      if kind == .anonVMA { pinAnonVMA(primitive, Int(base & 0x0f)) }
      set(to, place.pointee == 0 ? 1 : 0)
    case .atomicDecAndLock:
      guard place.pointee > 0 else { return .violation(.counterUnderflow) }
      if place.pointee > 1 {
        place.pointee -= 1
        pin(kind, base, offset, 0xff)
        set(to, 0)
        return .next
      }
      let lock = state.base + (address - offset + InodeField.lock)
      guard kind == .inode else { return .violation(.wildPointer) }
      guard lock.pointee == 0 else { return .blocked }
      guard bytes[ThreadField.spinDepth] < 0x7f else { return .violation(.counterOverflow) }
      lock.pointee = me
      bytes[ThreadField.spinDepth] += 1
      place.pointee = 0
      pin(kind, base, offset, 0xff)
      set(to, 1)
    case .storeRelease, .storeBarrier: place.pointee = a
    case .loadAcquire: set(to, place.pointee)
    case .isLocked, .spinIsLocked:
      set(to, place.pointee != 0 && !StoreBuffer.isUnseen(place.pointee) ? 1 : 0)
    case .compareExchange:
      set(to, place.pointee)
      if place.pointee == a {
        noteSequence(kind, base, offset, b)
        place.pointee = b
      }
    default: break
    }
    return .next
  }

  /// Counts the references that this thread took and dropped.
  func pin(_ kind: ObjectKind, _ base: UInt8, _ offset: Int, _ change: UInt8) {
    if kind == .inode, offset == InodeField.count {
      bytes[ThreadField.inodePins + Int(base & 0x0f) - 1] &+= change
    } else if kind == .mm, offset == MMField.count {
      bytes[ThreadField.mmPins + Int(base & 0x0f) - 1] &+= change
    }
  }

  // MARK: Inode memory

  private func endReadSection() {
    let mine = UInt8(1) << UInt8(thread)
    endAnonVMAReaders(mine)
    for inode in 1...Layout.inodes where state[inode: inode, InodeField.state] == InodeState.afterRCU {
      state[inode: inode, InodeField.readers] &= ~mine
      if state[inode: inode, InodeField.readers] == 0 { release(inode) }
    }
  }
  /// The threads inside an RCU read section, as bits.
  var currentReaders: UInt8 {
    var readers: UInt8 = 0
    for other in 0..<Layout.threads where state.thread(other)[ThreadField.readDepth] != 0 {
      readers |= 1 << UInt8(other)
    }
    return readers
  }
  /// `call_rcu`: the memory goes when each reader of now has left.
  private func freeAfterReaders(_ inode: Int) {
    let readers = currentReaders
    state[inode: inode, InodeField.readers] = readers
    if readers == 0 { release(inode) } else { state[inode: inode, InodeField.state] = InodeState.afterRCU }
  }
  private func release(_ inode: Int) {
    for field in 0..<Layout.inodeStride where field != InodeField.life { state[inode: inode, field] = 0 }
  }
  /// Memory for a new inode: the lowest free one, so that memory is reused as soon as it can be.
  private func allocateInode() -> UInt8 {
    for inode in 1...Layout.inodes where state[inode: inode, InodeField.state] == InodeState.free {
      let used = state[inode: inode, InodeField.host] != 0
      let life = state[inode: inode, InodeField.life] + 1
      guard !used, life < 4 else { continue }
      let pointer = UInt8(inode) | life << 4
      state[inode: inode, InodeField.state] = InodeState.live
      state[inode: inode, InodeField.count] = 1
      state[inode: inode, InodeField.life] = life
      state[inode: inode, InodeField.host] = pointer
      state[inode: inode, InodeField.mapping] = pointer
      state[inode: inode, InodeField.links] = 1
      bytes[ThreadField.inodePins + inode - 1] &+= 1
      return pointer
    }
    return 0
  }
}
