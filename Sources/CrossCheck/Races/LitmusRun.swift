import Contract
import LiveKernel
import Scenario

/// Runs a scenario with a race many times on the live kernel and counts what comes of it.
public struct LitmusRun {
  /// One distinct run. Equal ones are judged once.
  private struct Seen: Hashable {
    var observations: [Observation]
    var notes: [Note]
    /// The rule of the watch that a run broke which did not end.
    var hang: String?
  }

  public let scenario: Scenario
  public let judge: RaceJudge
  private let firstRace: (element: Int, operation: Int, lanes: [Scenario.Lane])?
  private var counts: [Seen: Int] = [:]
  private var rows: [LitmusReport.Row] = []
  private var report = LitmusReport()
  /// What ran before the first race, as it was observed in the first run.
  private var prefix: [Observation]?

  public init(_ scenario: Scenario, release: KernelRelease, knownIssues: [KnownIssue] = []) {
    self.scenario = scenario
    judge = RaceJudge(release: release, knownIssues: knownIssues)
    var found: (Int, Int, [Scenario.Lane])?
    var operation = 0
    for (element, content) in scenario.elements.enumerated() where found == nil {
      switch content {
      case .operation: operation += 1
      case .race(let lanes): found = (element, operation, lanes)
      }
    }
    firstRace = found
  }

  /// The schedule that the lanes are laid out towards.
  public var followed: FollowedSchedule?
  /// Delays that came closest to it, and how many of its orders they had, best first.
  private var favourites: [(same: Int, delays: [Int])] = []
  private static let mostFavourites = 12

  /// Told the kind of each run, or of so many equal ones: whether no more runs are wanted.
  public var isEnough: ((LitmusReport.Row, Int) -> Bool)?
  private var hasEnough = false

  /// Runs it until `isDone` says so, which is asked with the number of runs made.
  ///
  /// - Parameters:
  ///   - limit: the most runs.
  ///   - batch: runs between two questions, at most. There are fewer while they take long.
  public mutating func run(
    on kernel: LiveKernel, until isDone: (Int) -> Bool, limit: Int = .max, batch: Int = 512
  ) -> LitmusReport {
    guard firstRace != nil else {
      report.skipped = "there is no race in it"
      return report
    }
    let demand = HugePageDemand.bound(scenario)
    if demand > 0, demand > HugePageReservation.freePages {
      report.skipped = "may need \(demand) huge pages, more than are free"
      return report
    }
    report.seed = kernel.schedule.seed
    report.jitter = kernel.schedule.jitter
    while report.runs < limit, !hasEnough, !isDone(report.runs), report.skipped == nil, report.fault == nil {
      let batch = min(batch, limit - report.runs)
      let schedule = kernel.schedule
      // How close each run came to a schedule is not kept in a sweep.
      let runs =
        followed == nil
        ? kernel.sweep(scenario, runs: batch) : kernel.run([Scenario](repeating: scenario, count: min(batch, 32)))
      for run in runs { take(run, schedule, kernel.waiters) }
      if followed != nil { kernel.schedule.favourites = favourites.map(\.delays) }
    }
    report.rows = rows.sorted { ($0.count, $1.firstRun) > ($1.count, $0.firstRun) }
    if report.runs > 0 { report.unseen = unseen() }
    return report
  }

  private mutating func take(_ run: LiveRun, _ schedule: RaceSchedule, _ waiters: WaiterKind) {
    let result = RunReport(run)
    var hang: String?
    switch result.end {
    case .completed: break
    case .skipped(let reason):
      report.skipped = reason
      return
    case .harnessFault(let reason):
      report.fault = "run \(run.number): \(reason)"
      return
    case .hung(let hung): hang = hung.rule
    }
    report.runs += run.count
    if let followed, hang == nil {
      report.closeness.add(followed, run.laneTimes)
      remember(run, followed, schedule)
    }
    if prefix == nil, hang == nil { prefix = Array(run.observations.prefix(firstRace?.operation ?? 0)) }
    // Pages that stay are no part of what came of it.
    let seen = Seen(
      observations: run.observations, notes: run.notes.filter { $0.kind != .didNotLeave }, hang: hang)
    if let row = counts[seen] {
      rows[row].count += run.count
      if let isEnough, isEnough(rows[row], run.count) { hasEnough = true }
      return
    }
    let standing: LitmusReport.Standing
    switch judge.verdict(scenario, result, waiters: waiters) {
    case .agree: standing = .allowed
    case .known(let names): standing = .known(names)
    case .disagree(let divergence): standing = .forbidden(divergence)
    case .undecided(let reason), .skipped(let reason), .harnessFault(let reason): standing = .undecided(reason)
    }
    guard let race = firstRace else { return }
    let plan = RacePlan(schedule, run: run.number, lanes: race.lanes.count)
    let outcome =
      run.observations.count > race.operation
      ? RaceJudge.outcome(of: race.lanes, run.observations[race.operation...]) : (results: [], ended: [])
    counts[seen] = rows.count
    rows.append(
      LitmusReport.Row(
        outcome: hang.map { "hung: \($0)" } ?? text(run.observations, outcome), results: outcome.results,
        ended: outcome.ended, standing: standing, count: run.count, firstRun: run.number, plan: plan, report: result))
    if let isEnough, let row = rows.last, isEnough(row, run.count) { hasEnough = true }
  }

  /// Delays that came closest are tried again; of equally good ones the latest.
  private mutating func remember(_ run: LiveRun, _ followed: FollowedSchedule, _ schedule: RaceSchedule) {
    let (same, all) = followed.agreement(run.laneTimes)
    guard all > 0 else { return }
    let plan = RacePlan(schedule, run: run.number, lanes: followed.first.count)
    let place = favourites.firstIndex { $0.same <= same } ?? favourites.count
    favourites.insert((same, plan.lanes.map(\.delay)), at: place)
    favourites = Array(favourites.prefix(Self.mostFavourites))
  }

  /// `waits | 0 1 | wakes w | then 0`.
  private func text(
    _ observations: [Observation], _ outcome: (results: [[OperationResult]], ended: [EndedWaiter])
  ) -> String {
    guard let race = firstRace else { return "" }
    var parts = [RaceJudge.text(outcome.results, outcome.ended, scenario.names)]
    let after = observations.dropFirst(race.operation + race.lanes.reduce(0) { $0 + $1.operations.count })
    if !after.isEmpty { parts.append("then " + after.map { Wording.text($0, scenario.names) }.joined(separator: ", ")) }
    return parts.joined(separator: " | ")
  }

  private func unseen() -> [String] {
    guard let race = firstRace, let prefix else { return [] }
    var contract = Contract(release: judge.release)
    for (operation, observed) in zip(scenario.operations, prefix) {
      do throws(Disagreement) {
        if try contract.step(operation, observed: observed) != nil { return [] }
      } catch {
        return []
      }
    }
    return contract.allowedOutcomes(of: race.lanes).allowed.filter { allowed in
      !allowed.hasSpuriousFault
        && !rows.contains { allowed.outcome.allows(results: $0.results, ended: $0.ended) }
    }.map { Wording.text($0.outcome, scenario.names) }
  }
}
