/// Steps where threads have store buffers. A step of a thread runs with the thread's own stores laid over memory, which
/// is put back after it: so every line, whatever it reads, sees the thread's own stores and nobody else's.
extension Interpreter {
  func mayMove(_ state: StateRef, _ move: Move) -> Bool {
    guard move.thread < laneCount else { return false }
    switch move.action {
    case .step: return state.status(ofThread: move.thread) == ThreadStatus.running
    case .drain(let index): return StoreBuffer(state, thread: move.thread).mayLeave(index, memory)
    case .early(let index):
      guard memory == .weak, state.status(ofThread: move.thread) == ThreadStatus.running,
        StoreBuffer(state, thread: move.thread).early == nil
      else { return false }
      return index < lanes[move.thread].earlyLoads[state.pc(move.thread)].count
    }
  }

  /// One move, in place. A blocked one changes nothing.
  func move(_ state: StateRef, _ move: Move) -> StepOutcome {
    let line = state.pc(move.thread)
    guard mayMove(state, move) else { return StepOutcome(kind: .blocked, violation: nil, line: line, lines: 0) }
    switch move.action {
    case .step: return buffered(state, move.thread)
    case .drain(let index): return drain(state, move.thread, index)
    case .early(let index): return early(state, move.thread, index)
    }
  }

  private func drain(_ state: StateRef, _ thread: Int, _ index: Int) -> StepOutcome {
    let buffer = StoreBuffer(state, thread: thread)
    let entry = buffer[index]
    let place = state.base + entry.address
    var violation: ViolationKind?
    if entry.kind == .add, place.pointee >= 0x7f { violation = .counterOverflow }
    if entry.kind == .subtract, place.pointee == 0 { violation = .counterUnderflow }
    if Self.isDeadWaiter(state, entry.address, thread) { violation = .useAfterFree }
    buffer.remove(index)
    place.pointee = entry.applied(to: place.pointee)
    extendAllowed(state)
    let line = state.pc(thread)
    if let violation { return StepOutcome(kind: .violation, violation: violation, line: line, lines: 0) }
    return StepOutcome(kind: .moved, violation: nil, line: line, lines: 0)
  }

  /// A field of a `futex_q` whose waiter has returned.
  private static func isDeadWaiter(_ state: StateRef, _ address: Int, _ thread: Int) -> Bool {
    let offset = address - Layout.sharedBytes
    // What a thread wrote into its own stack frame is older than what the next call writes there.
    guard offset >= 0, offset / Layout.threadBytes != thread else { return false }
    let field = offset % Layout.threadBytes
    return (field == TaskField.lockPointer || field == TaskField.list)
      && state.thread(offset / Layout.threadBytes)[TaskField.alive] == 0
  }

  private func early(_ state: StateRef, _ thread: Int, _ index: Int) -> StepOutcome {
    let blocked = StepOutcome(kind: .blocked, violation: nil, line: state.pc(thread), lines: 0)
    let line = lanes[thread].earlyLoads[state.pc(thread)][index].line
    let code = lanes[thread]
    var run = Run<Rules>(state: state, thread: thread, interpreter: self)
    var address: Int?
    search: for instruction in code.instructions[code.lines[line].first..<code.lines[line].end] {
      switch instruction {
      case .load(_, let kind, let base, let offset, let index, let count):
        var place = 0
        // A pointer that leads nowhere is not followed before its time.
        if run.resolve(kind, run.value(base), Int(offset), run.value(index), count, &place) == nil { address = place }
        break search
      case .primitive(.getUser, _, let word, _, _):
        address = run.userPlace(run.value(word), isWrite: false)
        break search
      default: _ = run.execute(instruction)
      }
    }
    guard let address else { return blocked }
    let buffer = StoreBuffer(state, thread: thread)
    // The thread's own store is what it would read.
    for entry in 0..<buffer.count where buffer[entry].address == address { return blocked }
    buffer.setEarly(line: line, address: address, value: state.base[address])
    return StepOutcome(kind: .moved, violation: nil, line: state.pc(thread), lines: 0)
  }

  private func buffered(_ state: StateRef, _ thread: Int) -> StepOutcome {
    let pc = state.pc(thread)
    let order = lanes[thread].orders[pc]
    let buffer = StoreBuffer(state, thread: thread)
    let count = buffer.count
    let blocked = StepOutcome(kind: .blocked, violation: nil, line: pc, lines: 0)
    if order.contains(.drained), count != 0 { return blocked }
    if order.contains(.stores), count == StoreBuffer.capacity { return blocked }
    if order.contains(.shootsDown), hasUserStores(state, besides: thread) { return blocked }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Layout.stateBytes) { before in
      guard let old = before.baseAddress else { return blocked }
      old.update(from: state.base, count: Layout.stateBytes)
      for index in 0..<count {
        let entry = buffer[index]
        state.base[entry.address] = entry.applied(to: state.base[entry.address])
      }
      let early = buffer.early.flatMap { $0.line == pc ? $0 : nil }
      if let early { state.base[early.address] = early.value }
      func isOverlaid(_ address: Int) -> Bool {
        (0..<count).contains { buffer[$0].address == address }
      }
      // What the thread sees as it begins, to tell whether it changes anything at once.
      var overlaid: [(address: Int, value: UInt8)] = []
      for index in 0..<count { overlaid.append((buffer[index].address, state.base[buffer[index].address])) }
      let outcome = step(state, thread: thread)
      guard outcome.kind != .blocked else {
        state.base.update(from: old, count: Layout.stateBytes)
        return blocked
      }
      var now = buffer.count
      if now > StoreBuffer.capacity { now = StoreBuffer.capacity }
      let added = count..<max(count, now)
      if outcome.kind == .moved, count > 0 {
        // Nothing that is changed at once may overtake the thread's own store to the same place.
        for (address, value) in overlaid
        where state.base[address] != value && !added.contains(where: { buffer[$0].address == address }) {
          state.base.update(from: old, count: Layout.stateBytes)
          return blocked
        }
        if order.contains(.drainedOnSuccess), changed(state, old, except: overlaid.map(\.address)) {
          state.base.update(from: old, count: Layout.stateBytes)
          return blocked
        }
      }
      // Memory is what it was, but for what the step changed at once.
      if let early { state.base[early.address] = old[early.address] }
      for (address, _) in overlaid { state.base[address] = old[address] }
      for index in added {
        let entry = buffer[index]
        state.base[entry.address] = entry.isLock ? StoreBuffer.unseen(entry.value) : old[entry.address]
      }
      if early != nil { buffer.clearEarly() }
      settle(state, thread, order)
      if order.contains(.shootsDown) { forgetEarlyUserLoads(state, besides: thread) }
      return outcome
    }
  }

  /// Whether shared memory differs, besides what was laid over it.
  private func changed(_ state: StateRef, _ old: UnsafeMutablePointer<UInt8>, except: [Int]) -> Bool {
    for address in 0..<Layout.sharedBytes where state.base[address] != old[address] && !except.contains(address) {
      return true
    }
    return false
  }

  /// An early load is forgotten where its line is not ahead any more, or a barrier was passed.
  private func settle(_ state: StateRef, _ thread: Int, _ order: LineOrder) {
    let buffer = StoreBuffer(state, thread: thread)
    guard let early = buffer.early else { return }
    let pc = state.pc(thread)
    let isAhead =
      state.status(ofThread: thread) == ThreadStatus.running && !order.contains(.holdsLoads)
      && (pc == early.line || lanes[thread].earlyLoads[pc].contains { $0.line == early.line })
    if !isAhead { buffer.clearEarly() }
  }

  /// The interrupt that invalidates a TLB throws away what was read early through it.
  private func forgetEarlyUserLoads(_ state: StateRef, besides thread: Int) {
    for other in 0..<laneCount where other != thread {
      let buffer = StoreBuffer(state, thread: other)
      if let early = buffer.early, Self.isUserWord(early.address) { buffer.clearEarly() }
    }
  }

  private static func isUserWord(_ address: Int) -> Bool {
    address < Layout.inodeBase && address % Layout.pageStride == PageField.value
  }

  /// Stores to pages of user space that wait in other threads' buffers.
  private func hasUserStores(_ state: StateRef, besides thread: Int) -> Bool {
    for other in 0..<laneCount where other != thread {
      let buffer = StoreBuffer(state, thread: other)
      for index in 0..<buffer.count {
        if Self.isUserWord(buffer[index].address) { return true }
      }
    }
    return false
  }
}
