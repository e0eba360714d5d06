import Machine

/// Every interleaving of a race, breadth first, so that the first counterexample is the shortest.
///
/// A step depends on the shared part of the state and on its own thread alone, but for the few lines that say otherwise
/// (``LaneCode/concernsOthers(_:)``). So each pair of the two is run once; where it comes up again, in states that
/// differ in other threads, what it came to is looked up. States are compared whole: nothing is taken on trust.
public struct ExhaustiveSearch: StoredSearch {
  let race: Race
  public var limits: SearchLimits
  /// Ends with the first finding (all of its length are not looked for).
  let stopsAtFirst: Bool
  /// Off: every step is run, for tests.
  let remembers: Bool
  var store: StateStore
  /// For each state the one it was reached from, times four, and the thread that stepped.
  let origins = ChunkedBuffer<UInt32>()
  /// What a step came to, by thread, shared part and own part.
  var steps = PairTable()
  /// What becomes of a thread's part beside a new shared part, by the two.
  var extensions = PairTable()
  /// Where threads rest at heads of loops, in the order of states.
  let heads = Buffer<Head>(capacity: 16)
  /// The state to be expanded next.
  var at = 0
  var record: SearchRecord
  var boundHit: Bound?
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
    record = SearchRecord(of: race)
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
    boundHit = nil
    state.withWords { words in
      if store.count == 0 {
        _ = store.insert(words, parent: -1)
        origins.append(0)
        if let (thread, outcome) = race.startProblem {
          note(outcome.violation ?? .inconsistent, at: 0, move: thread, line: outcome.line, extra: false)
        }
      }
      if race.startProblem == nil { scratch.withWords { scratch in explore(words, scratch) } }
    }
    var report = report()
    if report.findings.isEmpty || !stopsAtFirst {
      let expanded = heads.count
      noteHeads(in: at..<store.count)
      defer { heads.drop(heads.count - expanded) }
      progress(&report, &state, &scratch)
    }
    report.settle()
    return report
  }

  var bytes: Int { store.bytes + origins.bytes + steps.bytes + extensions.bytes + heads.bytes }

  func path(to state: Int) -> [UInt8] {
    var schedule: [UInt8] = []
    var at = state
    while at != 0 {
      schedule.append(UInt8(origins[at] & 3))
      at = Int(origins[at] >> 2)
    }
    return schedule.reversed()
  }
}
