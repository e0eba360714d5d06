import Machine

/// Every interleaving of a race whose threads have store buffers, breadth first, so that the first counterexample is the
/// shortest. What leaves a buffer and what is read early are moves beside the steps.
struct BufferedSearch: StoredSearch {
  let race: Race
  let limits: SearchLimits
  /// Ends with the first finding (all of its length are not looked for).
  let stopsAtFirst: Bool
  var store: StateStore
  var parents: [UInt32] = []
  var moves: [UInt8] = []
  var record: SearchRecord
  private(set) var boundHit: Bound?
  private let moveCount: Int
  /// The witnesses that the race names; when all were seen nobody looks any more.
  private let wanted: UInt32

  init(_ race: Race, limits: SearchLimits = SearchLimits(), stopsAtFirst: Bool = false) {
    self.race = race
    self.limits = limits
    self.stopsAtFirst = stopsAtFirst
    moveCount = race.moveCount
    wanted = race.litmus.witnesses.reduce(0) { $0 | $1.bit }
    store = StateStore(threads: race.storedThreads, numbered: true)
    record = SearchRecord(of: race)
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
        note(outcome.violation ?? .inconsistent, at: 0, move: thread, line: outcome.line, extra: false)
        return
      }
      scratch.withWords { scratch in explore(words, scratch) }
    }
    var report = report()
    if race.startProblem == nil, report.findings.isEmpty || !stopsAtFirst { progress(&report, &state, &scratch) }
    report.settle()
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
        boundHit = bound
        return
      }
      store.load(at, into: words)
      if record.witnesses & wanted != wanted { record.witnesses |= Witness.seen(view) }
      var moved = false
      for move in 0..<moveCount where race.mayMove(view, move) {
        scratch.update(from: words, count: total)
        let outcome = race.step(next, thread: move)
        if outcome.kind == .blocked { continue }
        moved = true
        let thread = race.thread(of: move)
        if move < Layout.threads { record.cover(thread, view.line(ofThread: thread), in: view) }
        record.transitions += 1
        if let warning = outcome.warning {
          note(.warn, at: at, move: move, line: warning)
          if stopsAtFirst { return }
        }
        if let violation = outcome.violation {
          note(violation, at: at, move: move, line: outcome.line)
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

  var bytes: Int { store.bytes + parents.capacity * 5 }

  private func bound() -> Bound? {
    if store.count >= limits.states { return .states }
    if bytes >= limits.bytes || store.isFull { return .memory }
    return interruption()
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
}
