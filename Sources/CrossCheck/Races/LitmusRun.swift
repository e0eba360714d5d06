import Contract
import LiveKernel
import Scenario

/// Runs a scenario with a race many times on the live kernel and counts what comes of it.
public struct LitmusRun {
  /// One distinct run. Equal ones are judged once.
  private struct Seen: Hashable {
    var observations: [Observation]
    var notes: [Note]
  }

  public let scenario: Scenario
  public let judge: RaceJudge
  private let firstRace: (element: Int, operation: Int, lanes: [Scenario.Lane])?
  private var counts: [Seen: Int] = [:]
  private var rows: [LitmusReport.Row] = []
  private var report = LitmusReport()
  /// What ran before the first race, as it was observed in the first run.
  private var prefix: [Observation]?

  public init(_ scenario: Scenario, release: KernelRelease) {
    self.scenario = scenario
    judge = RaceJudge(release: release)
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

  /// Runs it until `isDone` says so, which is asked with the number of runs made.
  public mutating func run(on kernel: LiveKernel, until isDone: (Int) -> Bool, batch: Int = 32) -> LitmusReport {
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
    while !isDone(report.runs), report.skipped == nil, report.fault == nil {
      for run in kernel.run([Scenario](repeating: scenario, count: batch)) { take(run, kernel.schedule) }
    }
    report.rows = rows.sorted { ($0.count, $1.firstRun) > ($1.count, $0.firstRun) }
    if report.runs > 0 { report.unseen = unseen() }
    return report
  }

  private mutating func take(_ run: LiveRun, _ schedule: RaceSchedule) {
    switch run.verdict {
    case .complete: break
    case .skipped(let reason):
      report.skipped = reason
      return
    case .harnessFault(let reason):
      report.fault = "run \(run.number): \(reason)"
      return
    case .hung(let operation, let lines):
      report.runs += 1
      add(
        Seen(observations: run.observations, notes: run.notes), run.number, schedule,
        .forbidden("it hung in operation \(operation + 1): \(lines.first ?? "nothing was seen of it")"))
      return
    }
    report.runs += 1
    if prefix == nil { prefix = Array(run.observations.prefix(firstRace?.operation ?? 0)) }
    // Pages that stay are no part of what came of it.
    let seen = Seen(observations: run.observations, notes: run.notes.filter { $0.kind != .didNotLeave })
    if let row = counts[seen] {
      rows[row].count += 1
    } else {
      add(seen, run.number, schedule, judge.standing(scenario, run.observations, run.notes))
    }
  }

  private mutating func add(_ seen: Seen, _ number: UInt64, _ schedule: RaceSchedule, _ standing: LitmusReport.Standing)
  {
    guard let race = firstRace else { return }
    let plan = RacePlan(seed: schedule.seed, run: number, lanes: race.lanes.count, jitter: schedule.jitter)
    let outcome =
      seen.observations.count > race.operation
      ? RaceJudge.outcome(of: race.lanes, seen.observations[race.operation...]) : (results: [], ended: [])
    counts[seen] = rows.count
    rows.append(
      LitmusReport.Row(
        outcome: text(seen.observations, outcome), results: outcome.results, ended: outcome.ended, standing: standing,
        count: 1, firstRun: number, plan: plan))
  }

  /// `waits | 0 1 | wakes w | then 0`.
  private func text(
    _ observations: [Observation], _ outcome: (results: [[OperationResult]], ended: [EndedWaiter])
  ) -> String {
    guard let race = firstRace else { return "" }
    var parts = outcome.results.map { $0.map { "\($0)" }.joined(separator: " ") }
    let ended = Wording.text(outcome.ended, scenario.names)
    parts.append(ended.isEmpty ? "wakes nobody" : String(ended.dropFirst()))
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
