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
/// The Machine's world is smaller than the language's: 3 address spaces of 4 pages, 3 files of 4 pages, 3 words a page.
/// What does not fit, or has no program yet, is refused with a reason; nothing is passed over in silence.
public struct ScenarioRunner {
  let library: ProgramLibrary
  let variant: Program
  let linker: Linker
  var state = MachineState()
  var map = ScenarioMap()

  /// - Throws: ``ProgramError`` when there is no such derivation.
  public init(variant: String, library: ProgramLibrary, gate: Bool = true) throws(ProgramError) {
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
    }
    let after = sleeping
    let ended = before.subtracting(after).sorted().map { EndedWaiter(WaiterID($0), .woken) }
    return Observation(result, ended: ended)
  }

  /// What an access that fails raises: SIGSEGV where the mapping forbids it, SIGBUS where the file ends.
  private func signal(_ mm: UInt8, _ page: Int, _ isWrite: Bool) -> MemorySignal {
    let flags = state.look { $0[mm: Int(mm & 0x0f), MMField.flags + page] }
    return flags & (isWrite ? VMFlag.write : VMFlag.read | VMFlag.write) != 0 ? .bus : .segv
  }

  /// An access in a race with the signal that its failure means. Beside an unmap it could be either.
  private func guarded(_ reading: ScenarioMap.Reading, _ mm: UInt8, _ lanes: [Scenario.Lane]) throws(NotOnMachine)
    -> ScenarioMap.Reading
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
    var readings: [[ScenarioMap.Reading]] = []
    var waits: [ScenarioRace.Wait] = []
    for lane in lanes {
      var operations: [LaneOperation] = []
      var read: [ScenarioMap.Reading] = []
      var space: UInt8?
      for operation in lane.operations {
        guard case .programs(let mm, let programs, let reading) = try map.plan(operation, &state) else {
          throw NotOnMachine("\(operation.kind.keyword) inside a race")
        }
        if case .wait(let waiter, _, _, _, _, _) = operation.action {
          waits.append(ScenarioRace.Wait(waiter: waiter.index, lane: prepared.count, operation: read.count))
        }
        space = mm
        operations += programs
        read.append(try guarded(reading, mm, lanes))
      }
      guard let mm = space, read.filter({ $0 != .nothing }).count <= Layout.results else {
        throw NotOnMachine("a lane without, or with too many, results")
      }
      prepared.append(Litmus.Lane(name: "lane \(prepared.count + 1)", mm: mm, operations: operations))
      readings.append(read)
    }
    var world = World()
    state.edit { state in
      for thread in 0..<Layout.threads {
        for offset in 0..<Layout.threadBytes { state.thread(thread)[offset] = 0 }
      }
    }
    world.state = state
    let litmus = Litmus(
      name: name, about: "", file: name, world: world, preparations: [], lanes: prepared, gate: linker.gate,
      witnesses: [])
    return ScenarioRace(litmus: litmus, readings: readings, waits: waits)
  }

  /// The scenario's waiters that sleep, by number.
  public var sleeping: Set<UInt8> { state.look { Set($0.queuedWaiters) } }

  private mutating func run(_ operation: LaneOperation, _ mm: UInt8) throws(NotOnMachine) -> [UInt8] {
    guard let code = try? linker.code([operation]) else { throw NotOnMachine("\(operation.program) does not link") }
    let interpreter = Interpreter<VisiblePromise>(
      lanes: [code], pointerKeys: variant.keyForm == .pointer, keyHoldsReference: variant.keyHoldsReference)
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
  var readings: [[ScenarioMap.Reading]]
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
        if reading == .nothing {
          results.append(.value(0))
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
