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
    default:
      let mm = try space(operation.actor)
      guard let actor = operation.actor else { throw NotOnMachine("nobody exits") }
      spaces[actor] = nil
      if threads.remove(actor) != nil { return .done(.value(0)) }
      // All its threads end, and so do their waits; then the mappings go, then the descriptors.
      for other in spaces.keys where spaces[other] == mm { spaces[other] = nil }
      var calls = waiters.keys.filter { waiters[$0] == mm }.sorted().map { call("futex.die", $0.index) }
      calls.append(call("env.exit-mm", mm))
      for (file, inode) in files.sorted(by: { $0.key < $1.key }) where open[file]?.remove(mm) != nil {
        calls.append(call("env.close", inode))
      }
      return .programs(mm, calls, .nothing)
    }
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
