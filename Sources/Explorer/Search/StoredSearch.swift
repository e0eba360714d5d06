import Machine

/// A search that keeps every state that it meets, in the order of their distance from the first.
protocol StoredSearch {
  var race: Race { get }
  var limits: SearchLimits { get }
  var store: StateStore { get }
  var record: SearchRecord { get set }
  /// The bound that ended the search.
  var boundHit: Bound? { get }
  /// Bytes of everything that grows with the search.
  var bytes: Int { get }
  /// The moves by which a state was reached.
  func path(to state: Int) -> [UInt8]
}

extension StoredSearch {
  func interruption() -> Bound? { limits.isLate() ? .time : limits.isStopped() ? .stopped : nil }

  /// No thread can move.
  mutating func end(_ state: StateRef, _ at: Int) {
    let end = RaceEnd.of(race, state)
    record.end(end.outcome, SearchReport.FinalState(race, state), at: at, leaving: store.numbers(at)[0])
    if let broken = end.violation {
      note(broken.kind, at: at, move: broken.thread, line: broken.line, extra: false)
    }
    if let wait = end.wait { record.wait(finding(wait.kind, at: at, move: wait.thread, line: wait.line, extra: false)) }
  }

  /// A rule is broken in a state, or by a move from there (`extra`).
  mutating func note(_ kind: ViolationKind, at state: Int, move: Int, line: Int, extra: Bool = true) {
    // Most of the time it is known, and there is nothing to do.
    guard record.isNews(kind, race, thread: race.thread(of: move), line: line) else { return }
    record.findings.append(finding(kind, at: state, move: move, line: line, extra: extra))
  }

  func finding(_ kind: ViolationKind, at state: Int, move: Int, line: Int, extra: Bool) -> Finding {
    Finding(
      kind, in: race, thread: race.thread(of: move), line: line,
      schedule: path(to: state) + (extra ? [UInt8(move)] : []))
  }

  /// The program that is said to run for ever when a thread goes round at a line: what the lane calls, the lookup, or the
  /// derivation.
  func looper(_ thread: Int, _ line: Int) -> String {
    guard let origin = race.interpreter.lanes[thread].origin(of: line) else { return "" }
    if race.programs[origin.program]?.isReverseMap == true || !race.usesDerivation { return origin.program }
    return origin.program.hasPrefix("env.") && origin.depth == 0 ? origin.program : race.variant.name
  }
  /// A thread that runs alone from a state on comes back to where it was.
  func livelock(_ state: Int, _ thread: Int, _ line: Int, moves: [UInt8], cycle: Int) -> Finding {
    var found = finding(.livelock, at: state, move: thread, line: line, extra: false)
    found.program = looper(thread, line)
    found.line = nil
    found.schedule += moves
    found.cycle = cycle
    return found
  }

  /// What is to be said so far, but for the verdict.
  func report() -> SearchReport {
    var report = record.report(race)
    report.bound = boundHit
    report.states = store.count
    report.bytes = bytes
    // The last state is one of the deepest.
    report.depth = path(to: store.count - 1).count
    let ends = record.finals.sorted { $0.key < $1.key }
    report.finals = ends.map(\.key)
    report.endings = ends.map { path(to: $0.value) }
    report.leftovers = leftoverNumbers()
    return report
  }

  /// A number for each different shared part that the race can leave: equal for equal parts, and for different ones by
  /// chance once in 2^64. The parts' numbers in the store say nothing outside of this search.
  private func leftoverNumbers() -> [UInt64] {
    var state = race.initial
    return record.leftovers.map { part in
      state.withWords { words in
        store.load(shared: part, into: words)
        return UInt64(bitPattern: Int64(Interner.hash(words, MachineState.sharedWords)))
      }
    }.sorted()
  }
}

extension SearchReport {
  /// Sets the verdict by what was found, and by the bound that was hit.
  mutating func settle() {
    if !findings.isEmpty {
      verdict = .disagree
    } else if let bound {
      verdict = .undecided(bound)
    }
  }
}
