/// anon_vmas: their memory, their lock, the VMAs that hang on them.
extension Run {
  /// An anon_vma that may be looked at: one in use, one that was freed while this thread was inside the read section it
  /// is still in, or one that the thread keeps by a reference. Type-stable: in the latter two cases the memory may be
  /// another anon_vma by now.
  @inline(__always) func checkAnonVMA(_ pointer: UInt8) -> ViolationKind? {
    guard pointer != 0 else { return .nullPointer }
    let number = Int(pointer & 0x0f)
    guard pointer & (Layout.anonBit | Layout.tailMapping) == 0, (1...Layout.anonVMAs).contains(number) else {
      return .wildPointer
    }
    let memory = state[anon: number, AnonVMAField.state]
    let life = state[anon: number, AnonVMAField.life]
    if memory == AnonVMAState.used, life == pointer >> 4 & 3 { return nil }
    if memory == AnonVMAState.used, isPinned(number) { return nil }
    guard memory != AnonVMAState.none, pointer >> 4 & 3 < life,
      state.graceReaders(anon: number) >> UInt8(thread) & 1 != 0
    else { return .useAfterFree }
    return nil
  }

  private func isPinned(_ anon: Int) -> Bool { bytes[ThreadField.anonPins] >> UInt8(anon - 1) & 1 != 0 }
  /// After a change of a reference count. A reference that was taken on whatever is there now is the thread's own, up to
  /// the freeing when it turns out to be the last one.
  func pinAnonVMA(_ primitive: Primitive, _ anon: Int) {
    let mine = UInt8(1) << UInt8(anon - 1)
    if primitive == .atomicIncNotZero {
      bytes[ThreadField.anonPins] |= mine
    } else if state[anon: anon, AnonVMAField.refcount] != 0 {
      bytes[ThreadField.anonPins] &= ~mine
    }
  }

  mutating func anonVMA(_ primitive: Primitive, _ to: UInt8, _ a: UInt8, _ b: UInt8, _ c: UInt8) -> Flow {
    switch primitive {
    case .allocAnonVMA: set(to, allocateAnonVMA())
    case .freeAnonVMA:
      if let wrong = checkAnonVMA(a) { return .violation(wrong) }
      guard state[anon: Int(a & 0x0f), AnonVMAField.state] == AnonVMAState.used else {
        return .violation(.useAfterFree)
      }
      return freeAnonVMA(Int(a & 0x0f))
    case .chainLink, .chainUnlink:
      if let wrong = checkMM(a) ?? checkAnonVMA(c) { return .violation(wrong) }
      guard b < Layout.virtualPages else { return .violation(.badIndex) }
      let anon = Int(c & 0x0f)
      guard let root = root(anon), state[anon: root, AnonVMAField.lock] == UInt8(thread + 1) else {
        return .violation(.lockNotHeld)
      }
      let bit = self.bit(a, b)
      let links = state.links(anon: anon)
      state.setLinks(anon: anon, primitive == .chainLink ? links | bit : links & ~bit)
    case .chainNext, .chainOldest, .findMergeable:
      if let wrong = checkMM(a) { return .violation(wrong) }
      guard b < Layout.virtualPages else { return .violation(.badIndex) }
      switch primitive {
      case .chainNext: set(to, next(inChainOf: bit(a, b), after: Int(c & 0x0f)))
      case .chainOldest: set(to, oldest(inChainOf: bit(a, b)))
      default: set(to, mergeable(Int(a & 0x0f), Int(b)))
      }
    case .isEmpty:
      if let wrong = checkAnonVMA(a) { return .violation(wrong) }
      set(to, state.links(anon: Int(a & 0x0f)) == 0 ? 1 : 0)
    case .nextReverse: return nextReverse(to, a, b)
    case .checkAddress: return checkAddress(to, a, b, c)
    default: return addToKill(a, b, c)
    }
    return .next
  }

  private func bit(_ mm: UInt8, _ page: UInt8) -> UInt16 {
    1 << UInt16((Int(mm & 0x0f) - 1) * Layout.virtualPages + Int(page & 3))
  }
  /// The number of an anon_vma's root.
  private func root(_ anon: Int) -> Int? {
    let root = Int(state[anon: anon, AnonVMAField.root] & 0x0f)
    return (1...Layout.anonVMAs).contains(root) ? root : nil
  }

  // MARK: Memory

  /// Memory that was an anon_vma until now comes first, so that it is reused as soon as it can be; else new memory.
  private func allocateAnonVMA() -> UInt8 {
    for wanted in [AnonVMAState.free, AnonVMAState.none] {
      for anon in 1...Layout.anonVMAs
      where state[anon: anon, AnonVMAField.state] == wanted && state[anon: anon, AnonVMAField.life] < 4 {
        state[anon: anon, AnonVMAField.state] = AnonVMAState.used
        return UInt8(anon) | state[anon: anon, AnonVMAField.life] << 4
      }
    }
    return 0
  }

  private func freeAnonVMA(_ anon: Int) -> Flow {
    // Another one's lock on a dead object is a stale reader's; one's own would never be let go.
    guard state.links(anon: anon) == 0, state[anon: anon, AnonVMAField.refcount] == 0,
      !state.holds(anon: anon, thread: thread)
    else { return .violation(.bug) }
    bytes[ThreadField.anonPins] &= ~(1 << UInt8(anon - 1))
    state[anon: anon, AnonVMAField.state] = AnonVMAState.free
    state[anon: anon, AnonVMAField.life] += 1
    state.setGraceReaders(anon: anon, currentReaders)
    if currentReaders == 0 { releaseSlab(anon) }
    return .next
  }
  /// The slab page is the page allocator's again.
  private func releaseSlab(_ anon: Int) {
    for field in 0..<Layout.anonVMAStride where field != AnonVMAField.life { state[anon: anon, field] = 0 }
  }
  /// The thread leaves its read section.
  func endAnonVMAReaders(_ mine: UInt8) {
    for anon in 1...Layout.anonVMAs {
      let readers = state.graceReaders(anon: anon)
      guard readers & mine != 0 else { continue }
      state.setGraceReaders(anon: anon, readers & ~mine)
      if readers == mine, state[anon: anon, AnonVMAField.state] == AnonVMAState.free { releaseSlab(anon) }
    }
  }

  // MARK: Chains

  /// The anon_vmas that a VMA hangs on, one after the other: newest first, a root last.
  private func next(inChainOf bit: UInt16, after: Int) -> UInt8 {
    func rank(_ anon: Int) -> Int { (root(anon) == anon ? 0 : 100) + anon }
    var best = 0
    for anon in 1...Layout.anonVMAs
    where state[anon: anon, AnonVMAField.state] == AnonVMAState.used && state.links(anon: anon) & bit != 0 {
      guard after == 0 || rank(anon) < rank(after) else { continue }
      if best == 0 || rank(anon) > rank(best) { best = anon }
    }
    return best == 0 ? 0 : UInt8(best) | state[anon: best, AnonVMAField.life] << 4
  }
  /// The anon_vma of a VMA's chain that most VMAs hang on: an ancestor has all of its descendants'.
  private func oldest(inChainOf bit: UInt16) -> UInt8 {
    var best = 0
    for anon in 1...Layout.anonVMAs
    where state[anon: anon, AnonVMAField.state] == AnonVMAState.used && state.links(anon: anon) & bit != 0 {
      if best == 0 || state.links(anon: anon).nonzeroBitCount > state.links(anon: best).nonzeroBitCount { best = anon }
    }
    return best == 0 ? 0 : UInt8(best) | state[anon: best, AnonVMAField.life] << 4
  }
  /// The anon_vma of an anonymous neighbour with the same flags that hangs on no other one.
  private func mergeable(_ mm: Int, _ page: Int) -> UInt8 {
    guard state[mm: mm, MMField.files + page] == 0 else { return 0 }
    for near in [page + 1, page - 1] where (0..<Layout.virtualPages).contains(near) {
      let anon = state[mm: mm, MMField.anonVMAs + near]
      guard anon != 0, state[mm: mm, MMField.files + near] == 0,
        state[mm: mm, MMField.flags + near] == state[mm: mm, MMField.flags + page]
      else { continue }
      let bit = self.bit(UInt8(mm), UInt8(near))
      let chain = (1...Layout.anonVMAs).count {
        state[anon: $0, AnonVMAField.state] == AnonVMAState.used && state.links(anon: $0) & bit != 0
      }
      if chain == 1 { return anon }
    }
    return 0
  }

  // MARK: Lock

  /// The lock of an anon_vma that was checked. Who holds it for writing shuts out everybody.
  mutating func anonLock(_ primitive: Primitive, _ to: UInt8, _ anon: Int) -> Flow {
    let me = UInt8(thread + 1)
    let mine = UInt8(1) << UInt8(thread)
    let writer = state[anon: anon, AnonVMAField.lock]
    let readers = state[anon: anon, AnonVMAField.lockReaders]
    let isFree = writer == 0 && readers == 0
    if primitive.sleeps, bytes[ThreadField.readDepth] != 0 || bytes[ThreadField.spinDepth] != 0 {
      return .violation(.sleepingInAtomic)
    }
    switch primitive {
    case .spinLock, .mutexLock, .downWrite:
      guard isFree else { return .blocked }
      state[anon: anon, AnonVMAField.lock] = me
      if primitive == .spinLock { return deeper() }
    case .spinTryLock, .mutexTryLock:
      set(to, isFree ? 1 : 0)
      guard isFree else { return .next }
      state[anon: anon, AnonVMAField.lock] = me
      if primitive == .spinTryLock { return deeper() }
    case .spinUnlock, .mutexUnlock, .upWrite:
      guard writer == me else { return .violation(.lockNotHeld) }
      state[anon: anon, AnonVMAField.lock] = 0
      guard primitive == .spinUnlock else { return .next }
      guard bytes[ThreadField.spinDepth] > 0 else { return .violation(.lockNotHeld) }
      bytes[ThreadField.spinDepth] -= 1
    case .downRead:
      guard writer == 0 else { return .blocked }
      guard readers & mine == 0 else { return .violation(.deadlock) }
      state[anon: anon, AnonVMAField.lockReaders] = readers | mine
    case .downReadTryLock:
      let succeeds = writer == 0 && readers & mine == 0
      set(to, succeeds ? 1 : 0)
      if succeeds { state[anon: anon, AnonVMAField.lockReaders] = readers | mine }
    case .upRead:
      guard readers & mine != 0 else { return .violation(.lockNotHeld) }
      state[anon: anon, AnonVMAField.lockReaders] = readers & ~mine
    default: set(to, isFree ? 0 : 1)
    }
    return .next
  }
  private func deeper() -> Flow {
    guard bytes[ThreadField.spinDepth] < 0x7f else { return .violation(.counterOverflow) }
    bytes[ThreadField.spinDepth] += 1
    return .next
  }

  // MARK: Walk

  /// The next VMA of an anon_vma, as a cursor: the order of processes and pages, so that a parent comes before a child
  /// that was forked from it. Under the lock of its root only.
  private mutating func nextReverse(_ to: UInt8, _ pointer: UInt8, _ cursor: UInt8) -> Flow {
    if let wrong = checkAnonVMA(pointer) { return .violation(wrong) }
    let anon = Int(pointer & 0x0f)
    guard let root = root(anon), state.holds(anon: root, thread: thread) else { return .violation(.unlockedWalk) }
    let links = state.links(anon: anon)
    let total = Layout.mms * Layout.virtualPages
    set(to, 0)
    for entry in min(Int(cursor), total)..<total where links >> UInt16(entry) & 1 != 0 {
      set(to, UInt8(entry + 1))
      break
    }
    return .next
  }
}
