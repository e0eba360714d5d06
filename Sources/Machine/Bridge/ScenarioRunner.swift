import Scenario

/// Why a scenario, or a part of one, does not run on the Machine.
public struct NotOnMachine: Error, Sendable, Hashable, CustomStringConvertible {
  public var reason: String
  /// It ran into a fault of the kernel: a broken rule, or an operation that comes to no end though nothing is beside it.
  public var fault: ViolationKind?
  public var isFault: Bool { fault != nil }
  public var description: String { reason }
  public init(_ reason: String, fault: ViolationKind? = nil) {
    self.reason = reason
    self.fault = fault
  }
}

/// Runs the operations of a scenario on the Machine, one after the other, each to its end; or turns a race of it into
/// a litmus test.
///
/// The Machine's world is smaller than the language's: 3 address spaces of 4 pages, 3 files of 4 pages at a time, 3 words a
/// page, 4 sleeping waiters, 7 pages of memory.
/// What does not fit, or has no program yet, is refused with a reason; nothing is passed over in silence.
public struct ScenarioRunner {
  let library: ProgramLibrary
  let variant: Program
  let linker: Linker
  let codes: LinkedOperations
  var state = MachineState()
  var map = ScenarioMap()

  /// - Parameter codes: what other runners of the same library, version and gate have linked.
  /// - Throws: ``ProgramError`` when there is no such derivation.
  public init(
    variant: String, library: ProgramLibrary, gate: Bool = true, codes: LinkedOperations = LinkedOperations()
  ) throws(ProgramError) {
    self.codes = codes
    guard let program = library[variant], program.isDerivation else {
      throw ProgramError(
        file: "", place: SourcePlace(line: 1, column: 1), message: "no derivation is called \(variant)")
    }
    self.library = library
    self.variant = program
    linker = Linker(programs: library.programs, variant: variant, gate: gate)
  }

  /// Does one operation to its end.
  ///
  /// - Throws: ``NotOnMachine`` when the Machine cannot do it.
  public mutating func perform(_ operation: Operation) throws(NotOnMachine) -> Observation {
    let before = state.look { $0.queuedWaiters }
    try readAhead(operation)
    let dying = try endThreads(operation)
    var result = OperationResult.value(0)
    switch try map.plan(operation, &state) {
    case .done(let value): result = value
    case .programs(let mm, let operations, let reading):
      result = try run(operations, mm, reading)
      if case .robust(let address) = operation.action, result == .value(0), let actor = operation.actor {
        map.robust[actor, default: []].append(address)
      }
    case .partition(let words, let isPrivate): result = .partition(try partition(words, isPrivate: isPrivate))
    case .waitv(let mm, let waiter, let words, let isTimed): result = try waitv(mm, waiter, words, isTimed: isTimed)
    }
    try returnFromWaitv(before)
    if let wrong = state.look({ Audit.violation($0, variant: variant) }) {
      throw NotOnMachine("after \(operation.text): \(wrong.text)", fault: wrong)
    }
    let ended = Set(before).subtracting(sleeping).sorted().map { number -> EndedWaiter in
      let end: WaitEnd =
        if case .cancel = operation.action {
          .error(.ECANCELED)
        } else if let dying, map.waiters[WaiterID(number)] == dying {
          .died
        } else {
          .woken
        }
      return EndedWaiter(WaiterID(number), end)
    }
    return Observation(result, ended: ended)
  }

  private mutating func run(
    _ operations: [LaneOperation], _ mm: UInt8, _ reading: ScenarioReading
  ) throws(NotOnMachine) -> OperationResult {
    var recorded: [UInt8] = []
    for operation in operations {
      recorded += try run(operation, mm)
      if case .populate = reading, recorded.contains(where: { $0 & Layout.errorBit != 0 }) { break }
    }
    if case .access(let page, _, let isWrite) = reading, let error = recorded.last, error & Layout.errorBit != 0 {
      return .signal(signal(mm, page, isWrite))
    }
    return try reading.result(recorded, map.contents)
  }

  /// What an access that fails raises: SIGSEGV where the mapping forbids it, SIGBUS where the file ends.
  func signal(_ mm: UInt8, _ page: Int, _ isWrite: Bool) -> MemorySignal {
    guard page < Layout.virtualPages else { return .segv }
    let flags = state.look { $0[mm: Int(mm & 0x0f), MMField.flags + page] }
    return flags & (isWrite ? VMFlag.write : VMFlag.read | VMFlag.write) != 0 ? .bus : .segv
  }

  /// As `keys` finds it out: each word is read, its key derived; then a wake by each.
  private mutating func partition(_ words: [ScenarioMap.Word], isPrivate: Bool) throws(NotOnMachine) -> [KeyClass] {
    let mode: UInt8 = isPrivate ? 2 : 0
    var isReadable: [Bool] = []
    for word in words {
      let fault = try run(map.call("env.populate", word.address, 0), word.mm).last ?? Layout.errorBit
      isReadable.append(fault == 0)
    }
    var classes: [[UInt8]] = []
    var result: [KeyClass] = []
    for (index, word) in words.enumerated() {
      let parts = try run(map.call("futex.key-parts", word.address, mode), word.mm)
      guard parts.count == 3 else {
        result.append(.none(ErrorCode(rawValue: Int32((parts.last ?? 0) & 0x7f))))
        continue
      }
      // Who sleeps there already is woken as well.
      if !sleeping.isEmpty { _ = try run(map.call("futex.wake", word.address, mode, 100), word.mm) }
      guard isReadable[index] else {
        // A private wake needs no memory; a wait on the word does, to read its value.
        result.append(.none(.EFAULT))
        continue
      }
      let number = classes.firstIndex(of: parts) ?? classes.count
      if number == classes.count { classes.append(parts) }
      result.append(.key(UInt8(number)))
    }
    return result
  }

  /// The scenario's waiters that sleep, by number.
  public var sleeping: Set<UInt8> { state.look { Set($0.queuedWaiters) } }

  mutating func run(_ operation: LaneOperation, _ mm: UInt8) throws(NotOnMachine) -> [UInt8] {
    guard let interpreter = try? codes.interpreter(operation, linker, variant) else {
      throw NotOnMachine("\(operation.program) does not link")
    }
    var problem: AloneProblem?
    let recorded = state.edit { state in
      for thread in 1..<Layout.threads { state.thread(thread)[ThreadField.status] = ThreadStatus.finished }
      problem = interpreter.runAlone(state, mm: mm, limit: 20_000)
      return state.results(ofThread: 0)
    }
    if let problem { throw NotOnMachine("\(operation.text): \(problem.text)", fault: problem.kind) }
    if recorded.last == Layout.errorBit | 12 { throw NotOnMachine("more than 7 pages in memory") }
    return recorded
  }

  // MARK: Before and after an operation

  private mutating func readAhead(_ operation: Operation) throws(NotOnMachine) {
    switch operation.action {
    case .store, .load, .wait, .waitv, .wake, .requeue, .compareRequeue, .wakeOp, .keys, .map, .swapin, .lockMemory,
      .exit, .robust:
      try readAhead()
    default: break
    }
  }
  mutating func readAhead() throws(NotOnMachine) {
    for call in map.readAhead(&state) { _ = try run(call, 1) }
  }

  /// What the kernel does to the futexes of the threads that an exit ends, up to the clearing of the word of a single
  /// thread.
  ///
  /// - Returns: the address space that ends, if it does.
  private mutating func endThreads(_ operation: Operation) throws(NotOnMachine) -> UInt8? {
    guard case .exit = operation.action, let actor = operation.actor, let mm = map.spaces[actor] else { return nil }
    if map.threads.contains(actor) {
      try endRobustList(actor, mm)
      return nil
    }
    let all = map.spaces.filter { $0.value == mm }.keys.sorted()
    for (number, thread) in all.enumerated() {
      try endRobustList(thread, mm)
      // Only while others use the address space is the word cleared: the last thread to end skips it.
      if number + 1 < all.count, let address = map.clearTID[thread] {
        _ = try run(map.clearing(mm, address, &state), mm)
      }
    }
    return mm
  }

  /// exit_robust_list: locks that the thread holds get FUTEX_OWNER_DIED, and one waiter is woken with a shared wake.
  private mutating func endRobustList(_ actor: ActorID, _ mm: UInt8) throws(NotOnMachine) {
    defer { map.robust[actor] = nil }
    for address in map.robust[actor] ?? [] {
      let word = try map.address(mm, address, &state)
      guard let read = try run(map.call("futex.load", word), mm).last, read & Layout.errorBit == 0 else { break }
      let offset = ScenarioMap.offset(address)
      let value = map.contents.value(at: offset, in: read)
      guard value & ScenarioMap.threadMask == ScenarioMap.threadNumber(actor) else { continue }
      let died = value & ScenarioMap.waitersBit | ScenarioMap.ownerDied
      let number = try map.contents.number(read, storing: died, at: offset)
      guard try run(map.call("futex.store", word, number), mm).last == 0 else { break }
      if value & ScenarioMap.waitersBit != 0 { _ = try run(map.call("futex.wake", word, 0, 1), mm) }
    }
  }

  /// All keys first; then it is queued on one word after the other, as long as they hold what is expected.
  private mutating func waitv(
    _ mm: UInt8, _ waiter: WaiterID, _ words: [ScenarioMap.WaitvWord], isTimed: Bool
  ) throws(NotOnMachine) -> OperationResult {
    for word in words {
      let result = try run(map.call("futex.key", word.address, word.mode), mm).last ?? 0
      if result & Layout.errorBit != 0 { return .error(ErrorCode(rawValue: Int32(result & 0x7f))) }
    }
    for (number, word) in words.enumerated() {
      let result = try run(map.call("futex.enqueue", word.address, word.mode, word.expected, waiter.index), mm).last
      guard let result, result & Layout.errorBit != 0 else { continue }
      for _ in 0..<number { _ = try run(map.call("futex.die", waiter.index), mm) }
      return .error(ErrorCode(rawValue: Int32(result & 0x7f)))
    }
    guard isTimed else { return .waiting }
    for _ in words { _ = try run(map.call("futex.die", waiter.index), mm) }
    return .error(.ETIMEDOUT)
  }

  /// A wait on several words that one of them was woken for leaves the others.
  private mutating func returnFromWaitv(_ before: [UInt8]) throws(NotOnMachine) {
    guard Set(before).count < before.count else { return }
    let after = state.look { $0.queuedWaiters }
    for waiter in Set(before).sorted() {
      let left = after.count { $0 == waiter }
      guard left > 0, left < before.count(where: { $0 == waiter }) else { continue }
      for _ in 0..<left { _ = try run(map.call("futex.die", waiter), map.waiters[WaiterID(waiter)] ?? 1) }
    }
  }
}
