import Scenario

/// A race as a litmus test.
extension ScenarioRunner {
  /// The race as a litmus test, starting from what was performed so far. Nothing can be performed after it.
  public mutating func litmus(_ name: String, _ lanes: [Scenario.Lane]) throws(NotOnMachine) -> ScenarioRace {
    try readAhead()
    guard sleeping.count == state.look({ $0.queuedWaiters.count }) else {
      throw NotOnMachine("a waitv that sleeps when a race begins")
    }
    try enterRace(lanes)
    var prepared: [Litmus.Lane] = []
    var readings: [[ScenarioReading]] = []
    var waits: [ScenarioRace.Wait] = []
    var ends: [ScenarioRace.End] = []
    for lane in lanes {
      var operations: [LaneOperation] = []
      var read: [ScenarioReading] = []
      var space: UInt8?
      for operation in lane.operations {
        let (mm, programs, reading) = try plan(operation, lanes)
        if case .wait(let waiter, _, _, _, _, _) = operation.action, reading == .wait {
          waits.append(ScenarioRace.Wait(waiter: waiter, lane: prepared.count, operation: read.count))
        }
        let records = read.reduce(0) { $0 + $1.records }
        for (number, program) in programs.filter({ $0.program == "futex.cancel" }).enumerated() {
          ends.append(
            ScenarioRace.End(
              waiter: WaiterID(program.arguments[0]), how: operation.kind == .exit ? .died : .error(.ECANCELED),
              lane: prepared.count, record: records + number))
        }
        space = mm ?? space
        operations += programs
        read.append(try guarded(reading, mm ?? 1, lanes))
      }
      guard read.reduce(0, { $0 + $1.records }) <= Layout.results else {
        throw NotOnMachine("a lane with more than 4 results")
      }
      prepared.append(Litmus.Lane(name: "lane \(prepared.count + 1)", mm: space ?? 1, operations: operations))
      readings.append(read)
    }
    guard sleeping.count + waits.count <= Layout.waiters else {
      throw NotOnMachine("more than \(Layout.waiters) waiters at a time")
    }
    var world = World()
    state.edit { state in
      for thread in 0..<Layout.threads {
        for offset in 0..<Layout.threadBytes { state.thread(thread)[offset] = 0 }
      }
    }
    world.state = state
    let litmus = Litmus(
      name: name, about: Self.text(lanes), file: name, world: world, preparations: [], lanes: prepared,
      gate: linker.gate,
      witnesses: [])
    return ScenarioRace(litmus: litmus, readings: readings, waits: waits, ends: ends, contents: map.contents)
  }

  /// The programs of an operation of a lane. The others may do anything before it, so its result must come from them.
  private mutating func plan(
    _ operation: Operation, _ lanes: [Scenario.Lane]
  ) throws(NotOnMachine) -> (mm: UInt8?, programs: [LaneOperation], reading: ScenarioReading) {
    let kinds = Set(lanes.flatMap { $0.operations.map(\.kind) })
    switch operation.kind {
    case .exit: try checkExit(operation, lanes)
    case .reopen:
      // The descriptor is there before the race begins, which nobody notices who does not give the inode up.
      guard kinds.isDisjoint(with: [.close, .exit, .unlink, .evict, .umount]) else {
        throw NotOnMachine("reopen beside the end of a file")
      }
    case .dontneed, .pageout:
      // Where nothing is mapped by then they say ENOMEM, and touch nothing: their programs look at neither.
      guard kinds.isDisjoint(with: [.unmap, .remap]) else {
        throw NotOnMachine("\(operation.kind.keyword) beside an unmap")
      }
    case .remap:
      guard kinds.isDisjoint(with: [.truncate, .punch, .remove, .pageout, .migrate, .rmapWalk, .fork]) else {
        throw NotOnMachine("remap beside a walk over the mappings")
      }
    default: break
    }
    switch try map.plan(operation, &state) {
    case .programs(let mm, let programs, let reading):
      // mmap takes away and maps under one hold of the lock; here these are two programs. So is each page of a remap.
      let isOver = operation.kind == .map && programs.contains { $0.program == "mm.mmap-over" } && programs.count > 1
      if isOver || [.map, .remap].contains(operation.kind) && programs.contains(where: { $0.program == "env.munmap" }) {
        throw NotOnMachine("a mapping in place of another inside a race")
      }
      if operation.kind == .remap, programs.count > 1 { throw NotOnMachine("remap of several pages inside a race") }
      return (mm, programs, reading)
    case .done(let result):
      switch operation.kind {
      case .rename, .reopen, .exit, .wait, .wake, .requeue, .compareRequeue: return (nil, [], .fixed(result))
      default: throw NotOnMachine("\(operation.kind.keyword) inside a race")
      }
    case .partition, .waitv: throw NotOnMachine("\(operation.kind.keyword) inside a race")
    }
  }

  /// Who ends takes no lane with him, and leaves nothing to be done that is not known before.
  private func checkExit(_ operation: Operation, _ lanes: [Scenario.Lane]) throws(NotOnMachine) {
    guard let actor = operation.actor, let mm = map.spaces[actor], !map.threads.contains(actor) else { return }
    let others = lanes.filter { !$0.operations.contains(operation) }.flatMap(\.operations)
    let ending = map.spaces.filter { $0.value == mm }.keys
    guard !others.contains(where: { $0.actor.map { ending.contains($0) } ?? true }),
      !ending.contains(where: { map.robust[$0] != nil || map.clearTID[$0] != nil })
    else { throw NotOnMachine("the end of a process with other threads inside a race") }
  }

  /// From here on pages have the value of the one word that the race looks at.
  private mutating func enterRace(_ lanes: [Scenario.Lane]) throws(NotOnMachine) {
    var offsets: Set<UInt32> = []
    for operation in lanes.flatMap(\.operations) {
      switch operation.action {
      case .store(let address, _), .load(let address), .robust(let address), .wait(_, let address, _, _, _, _),
        .compareRequeue(let address, _, _, _, _, _), .wakeOp(_, let address, _, _, _, _):
        offsets.insert(ScenarioMap.offset(address))
      case .waitv(_, let words, _): offsets.formUnion(words.map { ScenarioMap.offset($0.address) })
      case .exit:
        if let actor = operation.actor, let address = map.clearTID[actor] {
          offsets.insert(ScenarioMap.offset(address))
        }
      default: break
      }
      if case .wait(_, _, _, let bitset, _, _) = operation.action, bitset != 0 {
        _ = try map.bitsetClass(bitset, &state)
      }
    }
    guard offsets.count <= 1 else { throw NotOnMachine("values of several words in a race") }
    map.isRace = true
    let numbers = try map.contents.enterRace(lookingAt: offsets.first ?? 0)
    state.edit { state in
      func number(_ old: UInt8) -> UInt8 { numbers.indices.contains(Int(old & 0x7f)) ? numbers[Int(old & 0x7f)] : 0 }
      for page in 2...Layout.pages where state[page: page, PageField.state] != 0 {
        state[page: page, PageField.value] = number(state[page: page, PageField.value])
      }
      for entry in 1...Layout.swaps { state[swap: entry, 2] = number(state[swap: entry, 2]) }
    }
    for (file, old) in map.written {
      map.written[file] = old.map { numbers.indices.contains(Int($0)) ? numbers[Int($0)] : 0 }
    }
  }

  /// An access in a race with the signal that its failure means. Beside an unmap it could be either.
  private func guarded(_ reading: ScenarioReading, _ mm: UInt8, _ lanes: [Scenario.Lane]) throws(NotOnMachine)
    -> ScenarioReading
  {
    guard case .access(let page, let offset, let isWrite) = reading else { return reading }
    if lanes.contains(where: { $0.operations.contains { $0.kind == .unmap || $0.kind == .remap } }) {
      throw NotOnMachine("an access beside an unmap")
    }
    let isNarrowed = lanes.contains {
      $0.operations.contains { operation in
        if case .map(_, _, _, let protection, _) = operation.action { protection != .readWrite } else { false }
      }
    }
    if isNarrowed { throw NotOnMachine("an access beside a mapping with fewer rights") }
    return .guarded(signal(mm, page, isWrite), offset: offset, isWrite: isWrite)
  }

  private static func text(_ lanes: [Scenario.Lane]) -> String {
    lanes.enumerated().map { number, lane in
      "lane \(number + 1): " + lane.operations.map(\.text).joined(separator: "; ")
    }.joined(separator: "  |  ")
  }
}
