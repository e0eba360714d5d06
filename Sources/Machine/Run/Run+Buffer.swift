/// What waits in the store buffer. Where these run the thread's own stores are laid over memory, so it sees them.
extension Run {
  mutating func buffered(_ instruction: Instruction) -> Flow {
    switch instruction {
    case .bufferedStore(let kind, let base, let offset, let index, let count, let new):
      var address = 0
      if let wrong = resolveStore(kind, base, offset, index, count, new, &address) { return .violation(wrong) }
      put(StoreBuffer.Entry(address: address, kind: .set, value: value(new)))
    case .bufferedAtomic(let primitive, _, let kind, let base, let offset, let a):
      return bufferedAtomic(primitive, kind, value(base), Int(offset), value(a))
    case .bufferedPutUser(let to, let address, let new):
      guard let place = userPlace(value(address), isWrite: true) else {
        set(to, Layout.errorBit | 14)
        return .next
      }
      put(StoreBuffer.Entry(address: place, kind: .set, value: value(new)))
      set(to, 0)
    case .bufferFence: StoreBuffer(state, thread: thread).fence()
    default: break
    }
    return .next
  }

  private mutating func bufferedAtomic(
    _ primitive: Primitive, _ kind: ObjectKind, _ base: UInt8, _ offset: Int, _ new: UInt8
  ) -> Flow {
    var address = 0
    if let wrong = resolve(kind, base, offset, 0, 1, &address) { return .violation(wrong) }
    let place = state.base + address
    var entry = StoreBuffer.Entry(address: address, kind: .set, value: new, isRelease: true)
    switch primitive {
    case .spinLock:
      // The thread's own unlocking has to be out before anybody can lock.
      let buffer = StoreBuffer(state, thread: thread)
      for index in 0..<buffer.count where buffer[index].address == address { return .blocked }
      let flow = atomic(primitive, 0, kind, base, offset, 0, 0)
      guard case .next = flow else { return flow }
      entry = StoreBuffer.Entry(address: address, kind: .set, value: UInt8(thread + 1), isLock: true)
    case .spinUnlock, .mutexUnlock:
      guard place.pointee == UInt8(thread + 1) else { return .violation(.lockNotHeld) }
      if primitive == .spinUnlock {
        guard bytes[ThreadField.spinDepth] > 0 else { return .violation(.lockNotHeld) }
        bytes[ThreadField.spinDepth] -= 1
      }
      entry.value = 0
    case .atomicInc:
      guard place.pointee < 0x7f else { return .violation(.counterOverflow) }
      entry = StoreBuffer.Entry(address: address, kind: .add, value: 1)
      pin(kind, base, offset, 1)
    case .atomicDec:
      guard place.pointee > 0 else { return .violation(.counterUnderflow) }
      entry = StoreBuffer.Entry(address: address, kind: .subtract, value: 1)
      pin(kind, base, offset, 0xff)
      if kind == .anonVMA { pinAnonVMA(primitive, Int(base & 0x0f)) }
    default: break
    }
    put(entry)
    return .next
  }

  private func put(_ entry: StoreBuffer.Entry) {
    StoreBuffer(state, thread: thread).append(entry)
    state.base[entry.address] = entry.applied(to: state.base[entry.address])
  }

  /// The byte of the state that a word of user space is, through the page table of the thread's mm; `nil`: a fault.
  func userPlace(_ address: UInt8, isWrite: Bool) -> Int? {
    let mm = Int(bytes[ThreadField.mm] & 0x0f)
    guard address < 16, address & 3 != 3, (1...Layout.mms).contains(mm) else { return nil }
    let entry = state[mm: mm, MMField.ptes + Int(address >> 2)]
    let page = Int(entry & 0x0f)
    guard entry & (Layout.pteSwap | Layout.pteMigration) == 0, (1...Layout.pages).contains(page),
      !isWrite || entry & Layout.pteWrite != 0
    else { return nil }
    return (page - 1) * Layout.pageStride + PageField.value
  }

  /// A task, and the `futex_q` on its stack, which is gone when its wait has returned.
  @inline(__always) func checkTask(_ pointer: UInt8, _ field: Int) -> ViolationKind? {
    guard pointer != 0 else { return .nullPointer }
    guard (1...Layout.threads).contains(Int(pointer)) else { return .wildPointer }
    if field == TaskField.lockPointer || field == TaskField.list,
      state.thread(Int(pointer) - 1)[TaskField.alive] == 0
    {
      return .useAfterFree
    }
    return nil
  }

  /// Notes what a wait or a wake is about, for the end (see ``LostWakeup``).
  func promise(_ primitive: Primitive, _ first: UInt8, _ second: UInt8) -> Flow {
    switch primitive {
    case .promiseWait:
      bytes[PromiseField.word] = first + 1
      bytes[PromiseField.value] = second
      bytes[TaskField.alive] = 1
    case .promiseWake:
      bytes[PromiseField.word] = first + 1
      bytes[PromiseField.value] = userPlace(first, isWrite: false).map { state.base[$0] & 0x7f } ?? 0x7f
    default:
      // A wake that found as many as it may wake owes nobody anything; a wait that has returned waits no more.
      if first != 0 {
        bytes[PromiseField.word] = 0
        bytes[PromiseField.value] = 0
        bytes[TaskField.alive] = 0
        if bytes[TaskField.state] != 0 { return .violation(.notRunning) }
      }
    }
    return .next
  }
}
