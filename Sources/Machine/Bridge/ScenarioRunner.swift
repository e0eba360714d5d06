import Scenario

/// Why a scenario, or a part of one, does not run on the Machine.
public struct NotOnMachine: Error, Sendable, Hashable, CustomStringConvertible {
  public var reason: String
  public var description: String { reason }
  public init(_ reason: String) { self.reason = reason }
}

/// Runs the operations of a scenario on the Machine, one after the other, each to its end; or turns a race of it into
/// a litmus test.
///
/// The Machine's world is smaller than the language's: 3 address spaces of 4 pages, 3 files of 4 pages at a time, 3 words a
/// page, 4 sleeping waiters.
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
    let before = sleeping
    var result = OperationResult.value(0)
    switch try map.plan(operation, &state) {
    case .done(let value): result = value
    case .programs(let mm, let operations, let reading):
      var recorded: [UInt8] = []
      for operation in operations { recorded += try run(operation, mm) }
      result = try reading.result(recorded)
      if case .access(let page, let isWrite) = reading, let error = recorded.last, error & Layout.errorBit != 0 {
        result = .signal(signal(mm, page, isWrite))
      }
    case .partition(let words, let isPrivate): result = .partition(try partition(words, isPrivate: isPrivate))
    }
    let after = sleeping
    let end: WaitEnd =
      switch operation.action {
      case .cancel: .error(.ECANCELED)
      case .exit: .died
      default: .woken
      }
    let ended = before.subtracting(after).sorted().map { EndedWaiter(WaiterID($0), end) }
    return Observation(result, ended: ended)
  }

  /// What an access that fails raises: SIGSEGV where the mapping forbids it, SIGBUS where the file ends.
  private func signal(_ mm: UInt8, _ page: Int, _ isWrite: Bool) -> MemorySignal {
    let flags = state.look { $0[mm: Int(mm & 0x0f), MMField.flags + page] }
    return flags & (isWrite ? VMFlag.write : VMFlag.read | VMFlag.write) != 0 ? .bus : .segv
  }

  /// An access in a race with the signal that its failure means. Beside an unmap it could be either.
  private func guarded(_ reading: ScenarioReading, _ mm: UInt8, _ lanes: [Scenario.Lane]) throws(NotOnMachine)
    -> ScenarioReading
  {
    guard case .access(let page, let isWrite) = reading else { return reading }
    if lanes.contains(where: { $0.operations.contains { $0.kind == .unmap } }) {
      throw NotOnMachine("an access beside an unmap")
    }
    return .guarded(signal(mm, page, isWrite))
  }

  /// The race as a litmus test, starting from what was performed so far.
  public mutating func litmus(_ name: String, _ lanes: [Scenario.Lane]) throws(NotOnMachine) -> ScenarioRace {
    var prepared: [Litmus.Lane] = []
    var readings: [[ScenarioReading]] = []
    var waits: [ScenarioRace.Wait] = []
    for lane in lanes {
      var operations: [LaneOperation] = []
      var read: [ScenarioReading] = []
      var space: UInt8?
      for operation in lane.operations {
        guard case .programs(let mm, let programs, let reading) = try map.plan(operation, &state) else {
          throw NotOnMachine("\(operation.kind.keyword) inside a race")
        }
        if case .populate = reading, programs.count != 1 {
          throw NotOnMachine("several pages faulted in inside a race")
        }
        // mmap takes away and maps under one hold of the lock; here these are two programs.
        if operation.kind == .map, programs.contains(where: { $0.program == "env.munmap" }) {
          throw NotOnMachine("a mapping in place of another inside a race")
        }
        if operation.kind == .cancel || operation.kind == .exit {
          throw NotOnMachine("\(operation.kind.keyword) inside a race")
        }
        if case .wait(let waiter, _, _, _, _, _) = operation.action, reading == .wait {
          waits.append(ScenarioRace.Wait(waiter: waiter.index, lane: prepared.count, operation: read.count))
        }
        space = mm
        operations += programs
        read.append(try guarded(reading, mm, lanes))
      }
      guard let mm = space, read.filter({ !$0.isSilent }).count <= Layout.results else {
        throw NotOnMachine("a lane without, or with too many, results")
      }
      prepared.append(Litmus.Lane(name: "lane \(prepared.count + 1)", mm: mm, operations: operations))
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
    return ScenarioRace(litmus: litmus, readings: readings, waits: waits)
  }

  private static func text(_ lanes: [Scenario.Lane]) -> String {
    lanes.enumerated().map { number, lane in
      "lane \(number + 1): " + lane.operations.map(\.text).joined(separator: "; ")
    }.joined(separator: "  |  ")
  }

  /// As `keys` finds it out: each word is read, its key derived; then a wake by each.
  private mutating func partition(_ words: [ScenarioMap.Word], isPrivate: Bool) throws(NotOnMachine) -> [KeyClass] {
    let mode: UInt8 = isPrivate ? 2 : 0
    func call(_ program: String, _ arguments: UInt8...) -> LaneOperation {
      LaneOperation(program, arguments, text: program)
    }
    var isReadable: [Bool] = []
    for word in words {
      let fault = try run(call("env.populate", word.address, 0), word.mm).last ?? Layout.errorBit
      isReadable.append(fault == 0)
    }
    var classes: [[UInt8]] = []
    var result: [KeyClass] = []
    for (index, word) in words.enumerated() {
      let parts = try run(call("futex.key-parts", word.address, mode), word.mm)
      guard parts.count == 3 else {
        result.append(.none(ErrorCode(rawValue: Int32((parts.last ?? 0) & 0x7f))))
        continue
      }
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

  private mutating func run(_ operation: LaneOperation, _ mm: UInt8) throws(NotOnMachine) -> [UInt8] {
    guard let interpreter = try? codes.interpreter(operation, linker, variant) else {
      throw NotOnMachine("\(operation.program) does not link")
    }
    var problem: String?
    let recorded = state.edit { state in
      for thread in 1..<Layout.threads { state.thread(thread)[ThreadField.status] = ThreadStatus.finished }
      problem = interpreter.runAlone(state, mm: mm, limit: 20_000)
      return state.results(ofThread: 0)
    }
    if let problem { throw NotOnMachine("\(operation.text): \(problem)") }
    return recorded
  }
}

/// A race of a scenario as a litmus test, with the way back from what the lanes recorded to results.
public struct ScenarioRace: Sendable {
  public var litmus: Litmus
  var readings: [[ScenarioReading]]
  var waits: [Wait]

  struct Wait: Sendable {
    var waiter: UInt8
    var lane: Int
    var operation: Int
  }

  /// The waiters that the race itself starts.
  public var waiters: Set<UInt8> { Set(waits.map(\.waiter)) }

  /// Whether a waiter slept at some time of a run with these results.
  public func slept(_ waiter: UInt8, _ results: [[OperationResult]], before: Set<UInt8>) -> Bool {
    before.contains(waiter)
      || waits.contains { $0.waiter == waiter && results[$0.lane][$0.operation] == .waiting }
  }

  /// What one final state of the race means in the language; `nil` when a lane did not come to its end.
  public func results(_ recorded: [[UInt8]]) -> [[OperationResult]]? {
    var all: [[OperationResult]] = []
    for (lane, readings) in readings.enumerated() {
      var rest = recorded[lane][...]
      var results: [OperationResult] = []
      for reading in readings {
        if reading.isSilent {
          guard let result = try? reading.result([]) else { return nil }
          results.append(result)
          continue
        }
        guard let value = rest.popFirst(), let result = try? reading.result([value]) else { return nil }
        results.append(result)
      }
      all.append(results)
    }
    return all
  }
}
