import Machine

/// What a search has noted of the states that it met, beside the states themselves.
struct SearchRecord: Sendable, Codable {
  var findings: [Finding] = []
  var waits: [Finding] = []
  var transitions = 0
  /// Bits of ``Witness``.
  var witnesses: UInt32 = 0
  private var known: Set<String> = []
  private var noted: Set<UInt64> = []
  private var knownWaits: Set<String> = []
  private var outcomes: [String: Int] = [:]
  /// The first state, which is one of the nearest, that shows each.
  private(set) var finals: [SearchReport.FinalState: Int] = [:]
  /// The shared parts of states in which no thread can move, by their numbers in the store.
  private(set) var leftovers: Set<UInt32> = []
  /// Of each thread and each of its lines, a bit for each of the circumstances in which it ran.
  private(set) var covered: [[UInt64]]

  init(of race: Race) { covered = race.interpreter.lanes.map { [UInt64](repeating: 0, count: $0.lineCount) } }

  /// - Parameter state: before the step.
  @inline(__always) mutating func cover(_ thread: Int, _ line: Int, in state: StateRef) {
    covered[thread][line] |= 1 << UInt64(Circumstances(state).rawValue)
  }

  /// A broken rule is met again on many paths: whether this is the first time.
  mutating func isNews(_ kind: ViolationKind, _ race: Race, thread: Int, line: Int) -> Bool {
    guard
      noted.insert(UInt64(kind.rawValue) << 40 | UInt64(thread) << 32 | UInt64(UInt32(truncatingIfNeeded: line)))
        .inserted
    else { return false }
    let origin = race.interpreter.lanes[thread].origin(of: line)
    return known.insert("\(kind.rawValue) \(origin?.program ?? "") \(origin?.line ?? -1)").inserted
  }

  mutating func end(_ outcome: String, _ final: SearchReport.FinalState, at state: Int, leaving shared: UInt32) {
    outcomes[outcome, default: 0] += 1
    if finals[final] == nil { finals[final] = state }
    leftovers.insert(shared)
  }

  mutating func wait(_ found: Finding) { if knownWaits.insert(found.signature).inserted { waits.append(found) } }

  /// Whether it names only states and shared parts that a store of this size has.
  func isWithin(states: Int, parts: Int) -> Bool {
    finals.values.allSatisfy { (0..<states).contains($0) } && leftovers.allSatisfy { $0 < parts }
  }

  /// All but what only the search itself knows: its size, its bound, and how its ends are reached.
  func report(_ race: Race) -> SearchReport {
    var report = SearchReport(verdict: .agree, findings: findings)
    report.waits = waits
    report.transitions = transitions
    report.witnesses = witnesses
    report.outcomes = outcomes.sorted { $0.key < $1.key }.map { SearchReport.Outcome(text: $0.key, states: $0.value) }
    for (thread, lines) in covered.enumerated() {
      for (index, circumstances) in lines.enumerated() where circumstances != 0 {
        if let origin = race.interpreter.lanes[thread].origin(of: index), let line = origin.line {
          report.coverage[SearchReport.CoveredLine(program: origin.program, line: line), default: 0] |= circumstances
        }
      }
    }
    return report
  }
}
