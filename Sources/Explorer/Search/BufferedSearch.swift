import Machine

/// Every interleaving of a race whose threads have store buffers, breadth first, so that the first counterexample is the
/// shortest. What leaves a buffer and what is read early are moves beside the steps.
///
/// Whether a thread that runs alone returns is not looked at: sequential consistency tells as much.
struct BufferedSearch {
  let race: Race
  let limits: SearchLimits
  /// Ends with the first finding (all of its length are not looked for).
  let stopsAtFirst: Bool
  var store: StateStore
  var parents: [UInt32] = []
  var moves: [UInt8] = []
  var report = SearchReport(verdict: .agree, findings: [])
  private var known: Set<String> = []
  private var noted: Set<UInt64> = []
  private var knownWaits: Set<String> = []
  private var outcomes: [String: Int] = [:]
  private var finals: [SearchReport.FinalState: Int] = [:]
  private var covered: [[Bool]]
  private let threads: Int
  private let moveCount: Int
  /// The witnesses that the race names; when all were seen nobody looks any more.
  private let wanted: UInt32

  init(_ race: Race, limits: SearchLimits = SearchLimits(), stopsAtFirst: Bool = false) {
    self.race = race
    self.limits = limits
    self.stopsAtFirst = stopsAtFirst
    threads = race.interpreter.lanes.count
    moveCount = race.moveCount
    wanted = race.litmus.witnesses.reduce(0) { $0 | $1.bit }
    store = StateStore(threads: race.storedThreads)
    covered = race.interpreter.lanes.map { [Bool](repeating: false, count: $0.lineCount) }
  }

  static func run(_ race: Race, limits: SearchLimits = SearchLimits(), stopsAtFirst: Bool = false)
    -> SearchReport
  {
    var search = BufferedSearch(race, limits: limits, stopsAtFirst: stopsAtFirst)
    return search.run()
  }

  mutating func run() -> SearchReport {
    var state = race.initial
    var scratch = race.initial
    state.withWords { words in
      _ = store.insert(words, parent: -1)
      parents.append(0)
      moves.append(0)
      if let (thread, outcome) = race.startProblem {
        note(outcome.violation ?? .inconsistent, at: 0, thread: thread, line: outcome.line, extra: false)
        return
      }
      scratch.withWords { scratch in explore(words, scratch) }
    }
    finish()
    return report
  }

  private mutating func explore(_ words: UnsafeMutablePointer<UInt64>, _ scratch: UnsafeMutablePointer<UInt64>) {
    let total = Layout.stateBytes / 8
    let view = StateRef(words: words)
    let next = StateRef(words: scratch)
    for word in 0..<total { scratch[word] = words[word] }
    var at = 0
    while at < store.count {
      if store.count >= limits.states || at & 0xff == 0, let bound = bound() {
        report.bound = bound
        return
      }
      store.load(at, into: words)
      if report.witnesses & wanted != wanted { report.witnesses |= Witness.seen(view) }
      var moved = false
      for move in 0..<moveCount where race.mayMove(view, move) {
        scratch.update(from: words, count: total)
        let outcome = race.step(next, thread: move)
        if outcome.kind == .blocked { continue }
        moved = true
        let thread = race.thread(of: move)
        if move < Layout.threads { covered[thread][view.line(ofThread: thread)] = true }
        report.transitions += 1
        if let warning = outcome.warning {
          note(.warn, at: at, thread: move, line: warning)
          if stopsAtFirst { return }
        }
        if let violation = outcome.violation {
          note(violation, at: at, thread: move, line: outcome.line)
          if stopsAtFirst { return }
          continue
        }
        let (_, isNew) = store.insert(scratch, parent: at)
        if isNew {
          parents.append(UInt32(at))
          moves.append(UInt8(move))
        }
      }
      if !moved { end(view, at) }
      at += 1
    }
  }

  private func interruption() -> Bound? { limits.isLate() ? .time : limits.isStopped() ? .stopped : nil }
  private func bound() -> Bound? {
    if store.count >= limits.states { return .states }
    if store.bytes + parents.capacity * 5 >= limits.bytes { return .memory }
    return interruption()
  }

  // MARK: Ends

  /// No thread can move.
  private mutating func end(_ state: StateRef, _ at: Int) {
    let end = RaceEnd.of(race, state)
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

  private mutating func note(_ kind: ViolationKind, at state: Int, thread move: Int, line: Int, extra: Bool = true) {
    let thread = race.thread(of: move)
    // A broken rule is met again on many paths; most of the time there is nothing to do.
    guard
      noted.insert(UInt64(kind.rawValue) << 40 | UInt64(thread) << 32 | UInt64(UInt32(truncatingIfNeeded: line)))
        .inserted
    else { return }
    let origin = race.interpreter.lanes[thread].origin(of: line)
    guard known.insert("\(kind.rawValue) \(origin?.program ?? "") \(origin?.line ?? -1)").inserted else { return }
    report.findings.append(finding(kind, at: state, thread: move, line: line, extra: extra))
  }

  private func finding(_ kind: ViolationKind, at state: Int, thread move: Int, line: Int, extra: Bool) -> Finding {
    let thread = race.thread(of: move)
    let origin = race.interpreter.lanes[thread].origin(of: line)
    return Finding(
      kind: kind, program: origin?.program ?? "", line: origin?.line, thread: thread,
      schedule: path(to: state) + (extra ? [UInt8(move)] : []), cycle: 0)
  }

  func path(to state: Int) -> [UInt8] {
    var schedule: [UInt8] = []
    var at = state
    while at != 0 {
      schedule.append(moves[at])
      at = Int(parents[at])
    }
    return schedule.reversed()
  }

  private mutating func finish() {
    report.states = store.count
    let ends = finals.sorted { $0.key < $1.key }
    report.finals = ends.map(\.key)
    report.endings = ends.map { path(to: $0.value) }
    report.bytes = store.bytes + parents.count * 5
    report.outcomes = outcomes.sorted { $0.key < $1.key }.map { SearchReport.Outcome(text: $0.key, states: $0.value) }
    var depths = [UInt32](repeating: 0, count: store.count)
    for state in stride(from: 1, to: store.count, by: 1) {
      depths[state] = depths[Int(parents[state])] + 1
      report.depth = max(report.depth, Int(depths[state]))
    }
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
