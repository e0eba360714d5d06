import Machine

/// A rule that some interleaving breaks.
public struct Finding: Sendable, Hashable, Codable {
  public var kind: ViolationKind
  /// Program and line at fault; the line is an index into the program's lines, `nil` for the end of a lane.
  public var program: String
  public var line: Int?
  public var thread: Int
  /// The threads in the order in which they step, up to and with the step that breaks the rule.
  public var schedule: [UInt8]
  /// For a livelock, how many of the last steps are the cycle.
  public var cycle: Int

  /// What makes two findings the same.
  public var signature: String { "\(kind) \(program):\(line.map(String.init) ?? "end")" }

  /// Lane, program, line number and statement at fault.
  public func place(in race: Race) -> String {
    let lanes = race.litmus.lanes
    let lane = lanes.indices.contains(thread) ? lanes[thread].name : "?"
    guard let line, let program = race.programs[program], program.lines.indices.contains(line) else {
      return "\(lane); at the end\(program.isEmpty ? "" : " of \(program)")"
    }
    return "\(lane); \(program.name), line \(program.lines[line].number): \(program.lines[line].text)"
  }
}

extension Finding {
  /// - Parameter line: a line of the thread's code; one of the linker's own stands for the end of the lane.
  init(_ kind: ViolationKind, in race: Race, thread: Int, line: Int, schedule: [UInt8]) {
    let origin = race.interpreter.lanes[thread].origin(of: line)
    self.init(
      kind: kind, program: origin?.program ?? "", line: origin?.line, thread: thread, schedule: schedule, cycle: 0)
  }
}

/// Which bound ended a search.
public enum Bound: String, Sendable, Hashable { case states, memory, time, stopped, runs, depth }

/// What a search is allowed to use.
public struct SearchLimits: Sendable {
  public var states: Int
  public var bytes: Int
  /// Asked now and then; `true` ends the search.
  public var isStopped: @Sendable () -> Bool
  /// Asked as often; `true` ends the search because its time is up.
  public var isLate: @Sendable () -> Bool
  public init(
    states: Int = 20_000_000, bytes: Int = 2 << 30, isStopped: @escaping @Sendable () -> Bool = { false },
    isLate: @escaping @Sendable () -> Bool = { false }
  ) {
    self.isLate = isLate
    self.states = states
    self.bytes = bytes
    self.isStopped = isStopped
  }
}

/// What came of exploring a race.
public struct SearchReport: Sendable {
  public enum Verdict: Sendable, Hashable {
    case agree
    case disagree
    /// A bound was hit before everything was seen, and nothing was found.
    case undecided(Bound)
  }
  public var verdict: Verdict
  /// In the order in which they were found, which for the exhaustive search is the order of length.
  public var findings: [Finding]
  public var states = 0
  public var transitions = 0
  /// Steps of the longest of the shortest paths.
  public var depth = 0
  public var bytes = 0
  /// What the lanes recorded, for each way in which the race can end, in order of text.
  public var outcomes: [Outcome] = []
  /// The same as bytes, without the states' numbers, in ascending order.
  public var finals: [FinalState] = []
  /// For each of `finals` a schedule that comes to it, the shortest of an exhaustive search.
  public var endings: [[UInt8]] = []
  /// What the race can leave of pages, inodes, mms and all else but the lanes: a number for each such state, ascending.
  public var leftovers: [UInt64] = []
  /// Bits of ``Witness``.
  public var witnesses: UInt32 = 0
  /// Lines of programs on which a derivation waits for a page lock that is held for ever.
  public var waits: [Finding] = []
  /// Lines run, of those that touch shared memory, and for each a bit for each of the ``Circumstances`` in which it ran.
  public var coverage: [CoveredLine: UInt64] = [:]
  /// The same as words: `derive.current:12 page-locked`.
  public var behaviours: Set<String> {
    var all: Set<String> = []
    for (line, bits) in coverage {
      for number in 0..<Circumstances.count where bits & 1 << UInt64(number) != 0 {
        all.insert("\(line.program):\(line.line) \(Circumstances(rawValue: UInt8(number)).text)")
      }
    }
    return all
  }
  /// The bound that was hit, also when something was found before.
  public var bound: Bound?

  public init(verdict: Verdict, findings: [Finding]) {
    self.verdict = verdict
    self.findings = findings
  }

  public struct Outcome: Sendable, Hashable {
    public var text: String
    /// How many final states show it.
    public var states: Int
  }
  /// What the lanes recorded in a way in which the race can end, and which waiters still sleep.
  public struct FinalState: Sendable, Hashable, Comparable, Codable {
    public var recorded: [[UInt8]]
    public var sleeping: [UInt8]

    public init(recorded: [[UInt8]], sleeping: [UInt8]) {
      self.recorded = recorded
      self.sleeping = sleeping
    }
    /// Of a state in which no thread can move.
    init(_ race: Race, _ state: StateRef) {
      recorded = (0..<race.interpreter.laneCount).map { state.results(ofThread: $0) }
      sleeping = state.queuedWaiters
    }

    public static func < (left: FinalState, right: FinalState) -> Bool {
      (left.recorded.joined(separator: [255]) + left.sleeping).lexicographicallyPrecedes(
        right.recorded.joined(separator: [255]) + right.sleeping)
    }
  }
  public struct CoveredLine: Sendable, Hashable {
    public var program: String
    public var line: Int
  }
}
