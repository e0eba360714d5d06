/// Runs the lanes' code on a state, one atomic step at a time.
///
/// Every pointer is tested before use, every loop of local lines is bounded, so no program can trap the interpreter.
public struct Interpreter<Rules: WordPromise>: Sendable {
  public let lanes: [LaneCode]
  /// `key.ptr` of a file key points to an inode (else it is a sequence number).
  let pointerKeys: Bool
  let keyHoldsReference: Bool
  /// A key in the queue holds a reference on its mm, and with pointer keys on its inode.
  let waiterHoldsReference: Bool
  /// Whether local lines go with the step before. Off: every line is a step, for counting interleavings by hand.
  var mergesLocalLines: Bool
  private let storage: CodeStorage
  let memory: MemoryModel
  public let laneCount: Int

  init(lanes: [LaneCode], variant: Program, memory: MemoryModel = .sc, mergesLocalLines: Bool = true) {
    self.lanes = lanes
    laneCount = lanes.count
    storage = CodeStorage(lanes)
    pointerKeys = variant.keyForm == .pointer
    keyHoldsReference = variant.keyHoldsReference
    waiterHoldsReference = variant.waiterHoldsReference
    self.memory = memory
    self.mergesLocalLines = mergesLocalLines
  }

  /// What executing one instruction came to.
  enum Flow {
    case next
    case jump(Int)
    case blocked
    case stop
    case violation(ViolationKind)
  }

  /// One step of a thread, in place. A blocked step changes nothing.
  public func step(_ state: StateRef, thread: Int) -> StepOutcome {
    let bytes = state.thread(thread)
    guard bytes[ThreadField.status] == ThreadStatus.running, thread < laneCount else {
      return StepOutcome(kind: .blocked, violation: nil, line: 0, lines: 0)
    }
    let lines = storage.lines + storage.lineStarts[thread]
    let instructions = storage.instructions + storage.instructionStarts[thread]
    var run = Run<Rules>(state: state, thread: thread, interpreter: self)
    var pc = state.pc(thread)
    var count = 0
    var warned: Int?
    while true {
      run.isStrict = lines[pc].isStrict
      var next = pc + 1
      var at = lines[pc].first
      let end = lines[pc].end
      execution: while at < end {
        switch run.execute(instructions[at]) {
        case .next: at += 1
        case .jump(let target):
          next = target
          break execution
        case .blocked: return StepOutcome(kind: .blocked, violation: nil, line: pc, lines: 0)
        case .stop:
          state.setPC(thread, pc)
          for register in 0..<Layout.registers { bytes[ThreadField.registers + register] = 0 }
          extendAllowed(state)
          return StepOutcome(kind: .moved, violation: nil, line: pc, warning: warned, lines: count + 1)
        case .violation(.warn):
          warned = pc
          at += 1
        case .violation(let kind):
          state.setPC(thread, pc)
          return StepOutcome(kind: .violation, violation: kind, line: pc, warning: warned, lines: count + 1)
        }
      }
      count += 1
      pc = next
      guard mergesLocalLines, lines[pc].isLocal else { break }
      guard count < ProgramLimits.localLines else {
        return StepOutcome(kind: .violation, violation: .endless, line: pc, lines: count)
      }
    }
    finish(state, thread, pc)
    return StepOutcome(kind: .moved, violation: nil, line: pc, warning: warned, lines: count)
  }

  /// Keeps what the step leaves behind: the next line, live registers, what each running derivation may now give.
  private func finish(_ state: StateRef, _ thread: Int, _ pc: Int) {
    state.setPC(thread, pc)
    let live = storage.lines[storage.lineStarts[thread] + pc].live
    let registers = UnsafeMutableRawPointer(state.thread(thread) + ThreadField.registers)
      .assumingMemoryBound(to: UInt64.self)
    for word in 0..<8 { registers[word] &= live[word] }
    extendAllowed(state)
  }

  func extendAllowed(_ state: StateRef) {
    for other in 0..<laneCount { extendAllowed(state, thread: other) }
  }

  /// Adds to what a thread's derivation or lookup may give what the state promises now.
  public func extendAllowed(_ state: StateRef, thread: Int) {
    let bytes = state.thread(thread)
    guard bytes[ThreadField.deriving] != 0 else { return }
    guard bytes[ThreadField.deriving] == Deriving.key else {
      LookupTrack.extend(state, thread: thread)
      return
    }
    let mode = bytes[ThreadField.mode]
    state.allowed(thread).pointee |=
      Rules.allowed(
        state, mm: bytes[ThreadField.mm], address: bytes[ThreadField.address], isWrite: mode & 1 != 0,
        isPrivate: mode & 2 != 0
      ).rawValue
  }

  /// Runs the local lines that a lane starts with.
  public func start(_ state: StateRef) -> (thread: Int, outcome: StepOutcome)? {
    for thread in 0..<lanes.count {
      var count = 0
      while mergesLocalLines, state.status(ofThread: thread) == ThreadStatus.running,
        lanes[thread].lines[state.pc(thread)].isLocal
      {
        let before = state.pc(thread)
        let outcome = step(state, thread: thread)
        if outcome.kind != .moved { return (thread, outcome) }
        count += 1
        if count > ProgramLimits.localLines {
          return (thread, StepOutcome(kind: .violation, violation: .endless, line: before, lines: count))
        }
      }
    }
    return nil
  }
}
