import Scenario

/// Processes and threads.
extension ScenarioMap {
  mutating func planActor(_ operation: Operation, _ state: inout MachineState) throws(NotOnMachine) -> Plan {
    switch operation.action {
    case .process(let actor):
      spaces[actor] = try newSpace(&state)
      return .done(.value(0))
    case .thread(let actor):
      spaces[actor] = try space(operation.actor)
      threads.insert(actor)
      return .done(.value(0))
    case .fork(let actor):
      let mm = try space(operation.actor)
      let child = try newSpace(&state)
      spaces[actor] = child
      pages[child] = pages[mm]
      // The child's descriptors: its table is a copy.
      for (file, inode) in files where open[file]?.contains(mm) == true {
        open[file]?.insert(child)
        state.edit { state in
          state[inode: Int(inode & 0x0f), InodeField.descriptors] += 1
          state[inode: Int(inode & 0x0f), InodeField.count] += 1
        }
      }
      let calls = (0..<UInt8(Layout.virtualPages)).filter { page in
        state.edit { $0[mm: Int(mm), MMField.flags + Int(page)] } != 0
      }.map { call("env.fork-page", mm, child, $0) }
      return .programs(mm, calls, .nothing)
    case .robust(let address):
      let mm = try space(operation.actor)
      guard let actor = operation.actor else { throw NotOnMachine("nobody's robust list") }
      return try store(mm, address, Self.threadNumber(actor), &state)
    case .clearTID(let address):
      _ = try space(operation.actor)
      guard let actor = operation.actor else { throw NotOnMachine("nobody's thread ID") }
      clearTID[actor] = address
      return .done(.value(Int64(Self.threadNumber(actor))))
    default:
      let mm = try space(operation.actor)
      guard let actor = operation.actor else { throw NotOnMachine("nobody exits") }
      if threads.contains(actor) { return try endThread(actor, mm, &state) }
      spaces[actor] = nil
      // All its threads end, and so do their waits; then the mappings go, then the descriptors.
      for other in spaces.keys where spaces[other] == mm { spaces[other] = nil }
      // In a race it is recorded who is still there to die.
      let own = waiters.keys.filter { waiters[$0] == mm }.sorted()
      var calls = own.flatMap { waiter in
        isRace
          ? [call("futex.cancel", waiter.index)]
          : state.look { state in state.queuedWaiters.filter { $0 == waiter.index } }.map { call("futex.die", $0) }
      }
      calls.append(call("env.exit-mm", mm))
      for (file, inode) in files.sorted(by: { $0.key < $1.key }) where open[file]?.remove(mm) != nil {
        calls.append(call("env.close", inode))
      }
      return .programs(mm, calls, isRace ? .ignored(records: own.count, .value(0)) : .nothing)
    }
  }

  /// The thread ID that an actor has.
  static func threadNumber(_ actor: ActorID) -> UInt32 { 1000 + UInt32(actor.index) }
  /// `FUTEX_WAITERS`, `FUTEX_OWNER_DIED` and `FUTEX_TID_MASK` of `linux/futex.h`.
  static let waitersBit: UInt32 = 0x8000_0000
  static let ownerDied: UInt32 = 0x4000_0000
  static let threadMask: UInt32 = 0x3fff_ffff

  /// The end of a thread whose robust list was dealt with: others use the address space, so its word is cleared.
  private mutating func endThread(
    _ actor: ActorID, _ mm: UInt8, _ state: inout MachineState
  ) throws(NotOnMachine) -> Plan {
    if isRace, robust[actor] != nil { throw NotOnMachine("exit with a robust list inside a race") }
    spaces[actor] = nil
    threads.remove(actor)
    guard let address = clearTID[actor] else { return .done(.value(0)) }
    return .programs(mm, [try clearing(mm, address, &state)], .nothing)
  }

  /// The word of a thread that ends becomes 0, and one waiter is woken.
  mutating func clearing(
    _ mm: UInt8, _ address: Address, _ state: inout MachineState
  ) throws(NotOnMachine) -> LaneOperation {
    let word = try self.address(mm, address, &state)
    let number = try contents.number(content(mm, word, &state), storing: 0, at: Self.offset(address))
    return call("futex.clear-tid", word, number)
  }

  private mutating func newSpace(_ state: inout MachineState) throws(NotOnMachine) -> UInt8 {
    guard spaceCount < Layout.mms else { throw NotOnMachine("more than 3 processes") }
    spaceCount += 1
    let mm = spaceCount
    state.edit { state in
      state[mm: Int(mm), MMField.state] = 1
      state[mm: Int(mm), MMField.users] = 1
      state[mm: Int(mm), MMField.count] = 1
    }
    return mm
  }
}
