/// A litmus test bound to a version of the derivation: code and initial state, ready to be explored.
public struct Race: Sendable {
  public let litmus: Litmus
  public let variant: Program
  /// The reverse-map lookup that swap-out and others go through.
  public let rmap: Program
  public let programs: [String: Program]
  public let interpreter: Interpreter<VisiblePromise>
  public let initial: MachineState
  public let memory: MemoryModel
  /// Programs that lanes and preparations are made of, those that they call included.
  public let usedPrograms: Set<String>
  /// The code of each preparation, and the lines with which its steps began.
  let prepared: [(code: LaneCode, ran: [Bool])]
  /// A rule that a lane breaks before its first step, in lines that touch nothing shared.
  public let startProblem: (thread: Int, outcome: StepOutcome)?

  /// Lanes that a race may have where threads have store buffers.
  public static let mostBufferedLanes = StoreBuffer.lanes

  /// - Parameters:
  ///   - rmap: the reverse-map lookup.
  ///   - gate: overrides the litmus test's page-out gate.
  ///   - mergesLocalLines: off, every line is a step of its own.
  /// - Throws: ``ProgramError`` when a program is missing or wrong, or a preparation does not run to its end.
  public init(
    _ litmus: Litmus, variant: String, rmap: String = Linker.currentReverseMap, library: ProgramLibrary,
    gate: Bool? = nil, memory: MemoryModel = .sc, wake: String? = nil,
    mergesLocalLines: Bool = true
  ) throws(ProgramError) {
    guard let program = library[variant], program.isDerivation else {
      throw ProgramError(
        file: litmus.file, place: SourcePlace(line: 1, column: 1), message: "no derivation is called \(variant)")
    }
    guard let lookup = library[rmap], lookup.isReverseMap else {
      throw ProgramError(
        file: litmus.file, place: SourcePlace(line: 1, column: 1), message: "no reverse-map lookup is called \(rmap)")
    }
    func linker(_ memory: MemoryModel) -> Linker {
      Linker(
        programs: library.programs, variant: variant, rmap: rmap, gate: gate ?? litmus.gate, memory: memory, wake: wake)
    }
    guard memory == .sc || litmus.lanes.count <= Race.mostBufferedLanes else {
      throw ProgramError(
        file: litmus.file, place: SourcePlace(line: 1, column: 1),
        message: "\(litmus.name): under \(memory.rawValue) a race has at most \(Race.mostBufferedLanes) lanes")
    }
    // What was before the race is seen by all.
    let before = linker(.sc)
    let linker = linker(memory)
    self.memory = memory
    self.litmus = litmus
    self.rmap = lookup
    self.variant = program
    self.programs = library.programs
    // What happened before the race is done by the newest derivation, whatever is under examination.
    var state = litmus.world.state
    var used: Set<String> = []
    var prepared: [(code: LaneCode, ran: [Bool])] = []
    for preparation in litmus.preparations {
      let done = try Race.prepare(preparation, &state, before, litmus, program)
      used.formUnion(done.code.origins.map(\.program))
      prepared.append(done)
    }
    var lanes: [LaneCode] = []
    for lane in litmus.lanes { lanes.append(try linker.code(lane.operations)) }
    for lane in lanes { used.formUnion(lane.origins.map(\.program)) }
    if memory == .weak { LaneCode.delayLocks(&lanes) }
    usedPrograms = used
    self.prepared = prepared
    interpreter = Interpreter(lanes: lanes, variant: program, memory: memory, mergesLocalLines: mergesLocalLines)
    let interpreter = self.interpreter
    var problem: (thread: Int, outcome: StepOutcome)?
    state.edit { state in
      for (thread, lane) in litmus.lanes.enumerated() {
        let bytes = state.thread(thread)
        for offset in 0..<Layout.threadBytes { bytes[offset] = 0 }
        bytes[ThreadField.mm] = lane.mm
      }
      for thread in litmus.lanes.count..<Layout.threads {
        state.thread(thread)[ThreadField.status] = ThreadStatus.finished
      }
      problem = interpreter.start(state)
    }
    initial = state
    startProblem = problem
  }

  private static func prepare(
    _ preparation: Litmus.Preparation, _ state: inout MachineState, _ linker: Linker, _ litmus: Litmus,
    _ variant: Program
  ) throws(ProgramError) -> (code: LaneCode, ran: [Bool]) {
    let code = try linker.code([preparation.operation])
    let interpreter = Interpreter<VisiblePromise>(lanes: [code], variant: variant)
    var ran = [Bool](repeating: false, count: code.lineCount)
    let problem = state.edit {
      interpreter.runAlone($0, mm: preparation.mm, limit: 10_000) { if $0 < ran.count { ran[$0] = true } }
    }
    if let problem {
      throw ProgramError(
        file: litmus.file, place: preparation.place, message: "\(preparation.operation.text): \(problem.text)")
    }
    return (code, ran)
  }

  /// Whether a lane derives a key.
  public var usesDerivation: Bool { uses(variant.name) }
  /// Whether a lane looks an anon_vma up.
  public var usesReverseMap: Bool { uses(rmap.name) }
  /// How its threads wake each other, where a lane says `wake.variant`.
  public var wake: String? { usedPrograms.filter { programs[$0]?.isWake == true }.min() }
  /// Whether waiters are counted in `hb_waiters`.
  public var countsWaiters: Bool {
    interpreter.lanes.contains { lane in
      lane.instructions.contains {
        switch $0 {
        case .atomic(.atomicInc, _, .global, _, let offset, _, _),
          .bufferedAtomic(.atomicInc, _, .global, _, let offset, _):
          Int(offset) == GlobalField.waiting
        default: false
        }
      }
    }
  }
  /// The versions that the lanes use, and what memory they run on, for a reader.
  public var versions: String {
    var names = usesDerivation || !usesReverseMap ? [variant.name] : []
    if usesReverseMap { names.append(rmap.name) }
    if let wake { names.append(wake) }
    return names.joined(separator: " with ") + (memory == .sc ? "" : ", \(memory.rawValue) memory")
  }
  private func uses(_ program: String) -> Bool {
    interpreter.lanes.contains { $0.origins.contains { $0.program == program } }
  }

  /// The line of a program that a thread's position stands for, going back over the linker's own lines.
  public func line(_ thread: Int, _ index: Int) -> (program: Program, line: ProgramLine)? {
    guard interpreter.lanes.indices.contains(thread), let origin = interpreter.lanes[thread].origin(of: index),
      let program = programs[origin.program], let line = origin.line, program.lines.indices.contains(line)
    else { return nil }
    return (program, program.lines[line])
  }

  /// One move, in place. Moves below the number of lanes are steps of their threads; see ``Move`` for the others.
  public func step(_ state: StateRef, thread move: Int) -> StepOutcome {
    memory == .sc ? interpreter.step(state, thread: move) : interpreter.move(state, Move(move))
  }
  /// Threads' parts of a state that tell it from others: where there are store buffers, they are in the last one.
  public var storedThreads: Int { memory == .sc ? interpreter.laneCount : Layout.threads }
  /// The numbers of moves are below this.
  public var moveCount: Int { memory == .sc ? interpreter.laneCount : Move.count }
  /// Whose move it is.
  public func thread(of move: Int) -> Int { move & 3 }
  /// Whether there is anything to try: a thread that has not ended, a store that may leave its buffer.
  public func mayMove(_ state: StateRef, _ move: Int) -> Bool {
    guard memory != .sc else { return state.status(ofThread: move) == ThreadStatus.running }
    return interpreter.mayMove(state, Move(move))
  }
}
