import Contract
import LiveKernel
import Scenario

/// Makes a finding of a race's forbidden outcome, and looks at it again on the kernel.
public enum LitmusFinding {
  /// Runs in which it is looked for again.
  public static let reproductionRuns = 400
  /// Runs in which each batch of other words is tried.
  private static let probeRuns = 400
  private static let probeBatches = 6

  /// The record as it is written first. Kernel, capabilities and time are the caller's to fill in.
  public static func finding(
    _ scenario: Scenario, _ row: LitmusReport.Row, _ divergence: Divergence, of report: LitmusReport,
    _ kind: WaiterKind, kernel: any KernelUnderTest, judge: Judge, origin: String
  ) -> Finding {
    var finding = FindingMaker.finding(
      scenario, row.report, divergence, kind, kernel: kernel, judge: judge, origin: origin)
    finding.seed = report.seed
    finding.run = row.firstRun
    finding.occurrences = row.count
    finding.race = Finding.Race(jitter: report.jitter, lanes: row.plan.text, runs: report.runs, count: row.count)
    return finding
  }

  /// How often it comes back when the race is run again from the run that gave it, with the same lay-outs.
  public static func reproduction(
    _ scenario: Scenario, _ row: LitmusReport.Row, _ divergence: Divergence, of report: LitmusReport,
    on kernel: LiveKernel, judge: RaceJudge, answerer: String
  ) -> Finding.Reproduction {
    var again = Finding.Reproduction(waiters: kernel.waiters.rawValue, attempts: 0, reproduced: 0, others: 0)
    for run in runs(of: scenario, from: row, of: report, on: kernel, count: reproductionRuns) {
      let verdict = judge.verdict(scenario, RunReport(run), waiters: kernel.waiters)
      switch verdict {
      case .skipped, .harnessFault: continue
      case .disagree(let other):
        if other.signature(of: answerer) == divergence.signature(of: answerer) {
          again.reproduced += 1
        } else {
          again.others += 1
        }
      case .agree, .known, .undecided: break
      }
      again.attempts += 1
    }
    return again
  }

  /// Tells a lost waiter from one that is found elsewhere: it is woken by its own word once more, and by every other word
  /// that may be an alias of it, in every process. What finds it tells under which key it was queued.
  public static func otherWords(
    _ scenario: Scenario, _ row: LitmusReport.Row, _ divergence: Divergence, of report: LitmusReport,
    on kernel: LiveKernel, judge: RaceJudge
  ) -> [String] {
    let elements = prefix(of: scenario, through: divergence.position)
    let start = Scenario(elements, names: scenario.names)
    let operations = start.operations
    guard row.report.observations.count >= operations.count else { return [] }
    let sleeping = sleepers(operations, row.report.observations)
    let room = Limits.operations - operations.count
    guard !sleeping.isEmpty, room > 0 else { return [] }
    let words = OtherWords.wakes(start, sleeping, at: operations.count - 1)
    var tried = 0
    var didComeAgain = false
    var finders: [String] = []
    for _ in 0..<probeBatches where tried < words.count && finders.isEmpty {
      let batch = words[tried..<min(tried + room, words.count)]
      let probe = Scenario(elements + batch.map { .operation($0) }, names: scenario.names)
      guard probe.problems().isEmpty else { return [] }
      tried += batch.count
      let again = runs(of: probe, from: row, of: report, on: kernel, count: probeRuns).first { run in
        guard case .disagree(let found) = judge.verdict(probe, RunReport(run), waiters: kernel.waiters) else {
          return false
        }
        return found.position == divergence.position && found.rule == divergence.rule
          && sleepers(operations, run.observations) == sleeping
      }
      guard let again else { continue }
      didComeAgain = true
      for (wake, observation) in zip(batch, again.observations[operations.count...]) {
        for waiter in observation.woken where sleeping.contains(waiter) {
          finders.append("\(scenario.names[waiter]) is woken by: \(Wording.text(wake, scenario.names))")
        }
      }
    }
    let names = sleeping.map { scenario.names[$0] }.joined(separator: ", ")
    if !didComeAgain { return ["other words were not tried: the outcome did not come again with \(names) asleep"] }
    return finders.isEmpty
      ? ["\(names) sleeps, and a wake by none of \(tried) words finds it: it is lost"] : finders
  }

  /// Waiters that slept and have not ended, after so many operations.
  static func sleepers(_ operations: [Operation], _ run: [Observation]) -> [WaiterID] {
    var sleeping: [WaiterID] = []
    for (operation, observation) in zip(operations, run) where observation.result == .waiting {
      switch operation.action {
      case .wait(let waiter, _, value: _, bitset: _, _, _), .waitv(let waiter, _, _): sleeping.append(waiter)
      default: break
      }
    }
    let ended = Set(run.prefix(operations.count).flatMap { $0.ended.map(\.waiter) })
    return sleeping.filter { !ended.contains($0) }
  }

  /// The elements up to the one in which the operation is.
  private static func prefix(of scenario: Scenario, through position: Int) -> [Scenario.Element] {
    var elements: [Scenario.Element] = []
    var count = 0
    for element in scenario.elements where count <= position {
      elements.append(element)
      switch element {
      case .operation: count += 1
      case .race(let lanes): count += lanes.reduce(0) { $0 + $1.operations.count }
      }
    }
    return elements
  }

  private static func runs(
    of scenario: Scenario, from row: LitmusReport.Row, of report: LitmusReport, on kernel: LiveKernel, count: Int
  ) -> [LiveRun] {
    let before = kernel.schedule
    defer { kernel.schedule = before }
    kernel.schedule = RaceSchedule(seed: report.seed, jitter: report.jitter)
    kernel.schedule.next = row.firstRun
    return kernel.run([Scenario](repeating: scenario, count: count))
  }
}
