import Machine

/// Every interleaving of a race, breadth first, so that the first counterexample is the shortest.
///
/// A step depends on the shared part of the state and on its own thread alone, but for the few lines that say otherwise
/// (``LaneCode/concernsOthers(_:)``). So each pair of the two is run once; where it comes up again, in states that
/// differ in other threads, what it came to is looked up. States are compared whole: nothing is taken on trust.
public struct ExhaustiveSearch {
  let race: Race
  public var limits: SearchLimits
  /// Ends with the first finding (all of its length are not looked for).
  let stopsAtFirst: Bool
  /// Off: every step is run, for tests.
  let remembers: Bool
  var store: StateStore
  /// For each state the one it was reached from, times four, and the thread that stepped.
  var origins = Buffer<UInt32>(capacity: 1 << 10)
  /// What a step came to, by thread, shared part and own part.
  var steps = PairTable()
  /// What becomes of a thread's part beside a new shared part, by the two.
  var extensions = PairTable()
  /// The state to be expanded next.
  var at = 0
  var report = SearchReport(verdict: .agree, findings: [])
  var known: Set<String> = []
  var noted: Set<UInt64> = []
  var knownWaits: Set<String> = []
  var outcomes: [String: Int] = [:]
  /// The first state, which is one of the nearest, that shows each.
  var finals: [SearchReport.FinalState: Int] = [:]
  /// The shared parts of states in which no thread can move, by their numbers in the store.
  var leftovers: Set<UInt32> = []
  var covered: [[Bool]]
  let threads: Int
  /// The witnesses that the race names; when all were seen nobody looks any more.
  let wanted: UInt32

  let promised = MachineState.promisedPart
  /// Kept so that looks ahead into the tables are not thrown away by the compiler.
  var touched: UInt64 = 0

  /// Numbers of states that `origins` has room for.
  static let mostStates = 1 << 30

  public init(
    _ race: Race, limits: SearchLimits = SearchLimits(), stopsAtFirst: Bool = false, remembers: Bool = true
  ) {
    self.race = race
    self.remembers = remembers
    self.limits = limits
    self.stopsAtFirst = stopsAtFirst
    threads = race.interpreter.lanes.count
    wanted = race.litmus.witnesses.reduce(0) { $0 | $1.bit }
    store = StateStore(threads: threads)
    covered = race.interpreter.lanes.map { [Bool](repeating: false, count: $0.lineCount) }
  }

  public static func run(_ race: Race, limits: SearchLimits = SearchLimits(), stopsAtFirst: Bool = false)
    -> SearchReport
  {
    if race.memory != .sc { return BufferedSearch.run(race, limits: limits, stopsAtFirst: stopsAtFirst) }
    var search = ExhaustiveSearch(race, limits: limits, stopsAtFirst: stopsAtFirst)
    return search.run()
  }

  /// Searches on from where the search stands, to the end or to a bound. After a bound it can be called again.
  public mutating func run() -> SearchReport {
    var state = race.initial
    var scratch = race.initial
    report.bound = nil
    state.withWords { words in
      if store.count == 0 {
        _ = store.insert(words, parent: -1)
        origins.extend(1).pointee = 0
        if let (thread, outcome) = race.startProblem {
          note(outcome.violation ?? .inconsistent, at: 0, thread: thread, line: outcome.line, extra: false)
        }
      }
      if race.startProblem == nil { scratch.withWords { scratch in explore(words, scratch) } }
    }
    var final = report
    if final.findings.isEmpty || !stopsAtFirst { progress(&final, &state, &scratch) }
    finish(&final)
    return final
  }

  /// Bytes of everything that grows with the search.
  var bytes: Int { store.bytes + origins.bytes + steps.bytes + extensions.bytes }

  func interruption() -> Bound? { limits.isLate() ? .time : limits.isStopped() ? .stopped : nil }

  // MARK: Ends

  /// A number for each different shared part that the race can leave: equal for equal parts, and for different ones by
  /// chance once in 2^64. The parts' numbers in the store say nothing outside of this search.
  private func leftoverNumbers() -> [UInt64] {
    var state = race.initial
    return leftovers.map { part in
      state.withWords { words in
        store.load(shared: part, into: words)
        var number: UInt64 = 0x243f_6a88_85a3_08d3
        for word in 0..<MachineState.sharedWords {
          number = (number ^ words[word]) &* 0x9e37_79b9_7f4a_7c15
          number ^= number >> 29
        }
        return number
      }
    }.sorted()
  }

  /// No thread can move.
  mutating func end(_ state: StateRef, _ at: Int) {
    let end = RaceEnd.of(race, state)
    leftovers.insert(store.numbers(at)[0])
    let final = SearchReport.FinalState(race, state)
    if finals[final] == nil { finals[final] = at }
    outcomes[end.outcome, default: 0] += 1
    if let broken = end.violation {
      note(broken.kind, at: at, thread: broken.thread, line: broken.line, extra: false)
    }
    if let wait = end.wait {
      let found = finding(wait.kind, at: at, thread: wait.thread, line: wait.line, extra: false)
      if knownWaits.insert(found.signature).inserted { report.waits.append(found) }
    }
  }

  mutating func note(_ kind: ViolationKind, at state: Int, thread: Int, line: Int, extra: Bool = true) {
    // A broken rule is met again on many paths; most of the time there is nothing to do.
    guard
      noted.insert(UInt64(kind.rawValue) << 40 | UInt64(thread) << 32 | UInt64(UInt32(truncatingIfNeeded: line)))
        .inserted
    else { return }
    let origin = race.interpreter.lanes[thread].origin(of: line)
    guard known.insert("\(kind.rawValue) \(origin?.program ?? "") \(origin?.line ?? -1)").inserted else { return }
    report.findings.append(finding(kind, at: state, thread: thread, line: line, extra: extra))
  }

  func finding(_ kind: ViolationKind, at state: Int, thread: Int, line: Int, extra: Bool) -> Finding {
    let origin = race.interpreter.lanes[thread].origin(of: line)
    return Finding(
      kind: kind, program: origin?.program ?? "", line: origin?.line, thread: thread,
      schedule: path(to: state) + (extra ? [UInt8(thread)] : []), cycle: 0)
  }

  func path(to state: Int) -> [UInt8] {
    var schedule: [UInt8] = []
    var at = state
    while at != 0 {
      schedule.append(UInt8(origins.base[at] & 3))
      at = Int(origins.base[at] >> 2)
    }
    return schedule.reversed()
  }

  private func finish(_ report: inout SearchReport) {
    report.states = store.count
    let ends = finals.sorted { $0.key < $1.key }
    report.finals = ends.map(\.key)
    report.endings = ends.map { path(to: $0.value) }
    report.leftovers = leftoverNumbers()
    report.bytes = bytes
    report.outcomes = outcomes.sorted { $0.key < $1.key }.map { SearchReport.Outcome(text: $0.key, states: $0.value) }
    // The search is breadth first: the last state is one of the deepest.
    report.depth = path(to: store.count - 1).count
    for (thread, lines) in covered.enumerated() {
      for (index, isCovered) in lines.enumerated() where isCovered {
        if let origin = race.interpreter.lanes[thread].origin(of: index), let line = origin.line {
          report.coverage.insert(SearchReport.CoveredLine(program: origin.program, line: line))
        }
      }
    }
    if !report.findings.isEmpty {
      report.verdict = .disagree
    } else if let bound = report.bound {
      report.verdict = .undecided(bound)
    }
  }
}
