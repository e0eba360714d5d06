/// One step of a run, told: which lines ran, what they saw, what changed.
public struct TraceStep: Sendable, Hashable {
  public struct Line: Sendable, Hashable {
    public var program: String
    /// Index into the program's lines.
    public var line: Int
    /// Line of the file.
    public var number: Int
    public var text: String
    public var citation: String
    /// How many programs deep.
    public var depth: Int
    /// `mapping = inode f`, when the line set a variable.
    public var saw: String?
  }
  public var thread: Int
  public var lines: [Line]
  /// `page 3: mapping inode f -> NULL`
  public var changes: [String]
  public var violation: ViolationKind?
}

extension Race {
  /// Runs a schedule again and tells each step. Ends early where the schedule cannot be followed.
  public func trace(_ schedule: [UInt8]) -> [TraceStep] {
    var single = interpreter
    single.mergesLocalLines = false
    var state = initial
    var steps: [TraceStep] = []
    let describe = Describer(race: self)
    for entry in schedule {
      let move = Move(Int(entry))
      let thread = move.thread
      guard thread < interpreter.laneCount, Int(entry) < moveCount else { break }
      if move.action != .step {
        guard let told = Self.buffered(move, &state, self, describe) else { break }
        steps.append(told)
        if told.violation?.isFatal == true { break }
        continue
      }
      var before = state
      var lines: [TraceStep.Line] = []
      var violation: ViolationKind?
      var isBlocked = false
      state.edit { state in
        var count = 0
        repeat {
          let line = state.line(ofThread: thread)
          let outcome =
            memory == .sc ? single.step(state, thread: thread) : single.move(state, Move(thread))
          if outcome.kind == .blocked {
            isBlocked = count == 0
            break
          }
          count += 1
          if let told = describe.line(thread, line, state) { lines.append(told) }
          if outcome.warning != nil, violation == nil { violation = .warn }
          if let found = outcome.violation {
            violation = found
            break
          }
        } while count < ProgramLimits.localLines && state.status(ofThread: thread) == ThreadStatus.running
          && interpreter.mergesLocalLines
          && interpreter.lanes[thread].lines[state.line(ofThread: thread)].isLocal
      }
      if isBlocked { break }
      let changes = before.edit { old in state.edit { describe.changes(from: old, to: $0) } }
      steps.append(TraceStep(thread: thread, lines: lines, changes: changes, violation: violation))
      if violation?.isFatal == true { break }
    }
    return steps
  }

  /// A move that is no step: what leaves the buffer, what is read early.
  private static func buffered(
    _ move: Move, _ state: inout MachineState, _ race: Race, _ describe: Describer
  ) -> TraceStep? {
    var before = state
    let outcome = state.edit { race.interpreter.move($0, move) }
    guard outcome.kind != .blocked else { return nil }
    var changes = before.edit { old in state.edit { describe.changes(from: old, to: $0) } }
    switch move.action {
    case .early(let index):
      let line = race.interpreter.lanes[move.thread].earlyLoads[before.edit { $0.line(ofThread: move.thread) }][index]
        .line
      let text = race.line(move.thread, line)?.line.text ?? "?"
      changes = ["early: \(text)"]
    case .drain: changes = changes.map { "store buffer: " + $0 }
    case .step: break
    }
    return TraceStep(thread: move.thread, lines: [], changes: changes, violation: outcome.violation)
  }
}
