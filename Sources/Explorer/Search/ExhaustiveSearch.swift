import Machine

/// Every interleaving of a race, breadth first, so that the first counterexample is the shortest.
public struct ExhaustiveSearch {
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
  private var finals: Set<SearchReport.FinalState> = []
  private var leftovers: Set<UInt64> = []
  private var covered: [[Bool]]
  private let threads: Int
  /// The witnesses that the race names; when all were seen nobody looks any more.
  private let wanted: UInt32

  public init(_ race: Race, limits: SearchLimits = SearchLimits(), stopsAtFirst: Bool = false) {
    self.race = race
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
    var search = ExhaustiveSearch(race, limits: limits, stopsAtFirst: stopsAtFirst)
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
    if report.findings.isEmpty || !stopsAtFirst { progress(&state, &scratch) }
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
      for thread in 0..<threads where view.status(ofThread: thread) == ThreadStatus.running {
        scratch.update(from: words, count: total)
        let outcome = race.step(next, thread: thread)
        if outcome.kind == .blocked { continue }
        moved = true
        covered[thread][view.line(ofThread: thread)] = true
        report.transitions += 1
        if let warning = outcome.warning {
          note(.warn, at: at, thread: thread, line: warning)
          if stopsAtFirst { return }
        }
        if let violation = outcome.violation {
          note(violation, at: at, thread: thread, line: outcome.line)
          if stopsAtFirst { return }
          continue
        }
        let (_, isNew) = store.insert(scratch, parent: at)
        if isNew {
          parents.append(UInt32(at))
          moves.append(UInt8(thread))
        }
      }
      if !moved {
        end(view, at)
        leftovers.insert(Self.number(ofShared: words))
      }
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

  /// A number for the shared part of a state: equal for equal parts, and for different ones by chance once in 2^64.
  private static func number(ofShared words: UnsafeMutablePointer<UInt64>) -> UInt64 {
    var number: UInt64 = 0x243f_6a88_85a3_08d3
    for word in 0..<MachineState.sharedWords {
      number = (number ^ words[word]) &* 0x9e37_79b9_7f4a_7c15
      number ^= number >> 29
    }
    return number
  }

  /// No thread can move.
  private mutating func end(_ state: StateRef, _ at: Int) {
    let end = RaceEnd.of(race, state)
    finals.insert(
      SearchReport.FinalState(
        recorded: (0..<threads).map { state.results(ofThread: $0) }, sleeping: state.queuedWaiters))
    outcomes[end.outcome, default: 0] += 1
    if let broken = end.violation {
      note(broken.kind, at: at, thread: broken.thread, line: broken.line, extra: false)
    }
    if let wait = end.wait {
      let found = finding(wait.kind, at: at, thread: wait.thread, line: wait.line, extra: false)
      if knownWaits.insert(found.signature).inserted { report.waits.append(found) }
    }
  }

  private mutating func note(_ kind: ViolationKind, at state: Int, thread: Int, line: Int, extra: Bool = true) {
    // A broken rule is met again on many paths; most of the time there is nothing to do.
    guard
      noted.insert(UInt64(kind.rawValue) << 40 | UInt64(thread) << 32 | UInt64(UInt32(truncatingIfNeeded: line)))
        .inserted
    else { return }
    let origin = race.interpreter.lanes[thread].origin(of: line)
    guard known.insert("\(kind.rawValue) \(origin?.program ?? "") \(origin?.line ?? -1)").inserted else { return }
    report.findings.append(finding(kind, at: state, thread: thread, line: line, extra: extra))
  }

  private func finding(_ kind: ViolationKind, at state: Int, thread: Int, line: Int, extra: Bool) -> Finding {
    let origin = race.interpreter.lanes[thread].origin(of: line)
    return Finding(
      kind: kind, program: origin?.program ?? "", line: origin?.line, thread: thread,
      schedule: path(to: state) + (extra ? [UInt8(thread)] : []), cycle: 0)
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

  // MARK: Progress

  /// Run alone from any state, a thread must not come back to the same state.
  private mutating func progress(_ state: inout MachineState, _ scratch: inout MachineState) {
    var done: Set<UInt64> = []
    let total = Layout.stateBytes / 8
    let race = self.race
    for at in 0..<store.count {
      if at & 0xff == 0, report.bound == nil, let bound = interruption() {
        report.bound = bound
        return
      }
      state.withWords { store.load(at, into: $0) }
      for thread in 0..<threads {
        let (line, runs) = state.edit {
          ($0.line(ofThread: thread), $0.status(ofThread: thread) == ThreadStatus.running)
        }
        guard runs, race.interpreter.lanes[thread].isLoopHead(line),
          done.insert(store.key(at, thread: thread) ^ UInt64(thread) << 60).inserted
        else { continue }
        var cycle = 0
        scratch = state
        var saved = state
        var length = 0
        var power = 1
        var steps = 0
        while steps < 20_000 {
          let outcome = scratch.edit { race.step($0, thread: thread) }
          steps += 1
          length += 1
          if outcome.kind != .moved || scratch.edit({ $0.status(ofThread: thread) != ThreadStatus.running }) { break }
          let same = scratch.withWords { left in
            saved.withWords { right in
              for word in 0..<total where left[word] != right[word] { return false }
              return true
            }
          }
          if same {
            cycle = length
            break
          }
          if length == power {
            saved = scratch
            power *= 2
            length = 0
          }
        }
        guard cycle > 0 else { continue }
        let origin = race.interpreter.lanes[thread].origin(of: scratch.edit { $0.line(ofThread: thread) })
        let derivation = derivationProgram(thread, origin)
        guard known.insert("livelock \(derivation)").inserted else { continue }
        var found = finding(.livelock, at: at, thread: thread, line: line, extra: false)
        found.program = derivation
        found.line = nil
        found.schedule += [UInt8](repeating: UInt8(thread), count: steps)
        found.cycle = cycle
        report.findings.append(found)
      }
    }
  }

  private func derivationProgram(_ thread: Int, _ origin: Origin?) -> String {
    guard let origin else { return "" }
    return origin.program.hasPrefix("env.") && origin.depth == 0 ? origin.program : race.variant.name
  }

  private mutating func finish() {
    report.states = store.count
    report.finals = finals.sorted()
    report.leftovers = leftovers.sorted()
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
