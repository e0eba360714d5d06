import Machine

/// Runs a race many times under a scheduler, for spaces that are too large to exhaust.
public struct SampledSearch {
  /// One run: the threads that stepped, and what ended it if a rule was broken.
  public struct RunResult: Sendable, Hashable {
    public var schedule: [UInt8]
    /// Its first WARN, behind which the kernel goes on, and what ended it.
    public var findings: [Finding] = []
    /// The one that its last step breaks; where nothing ended it, the WARN.
    public var finding: Finding? { findings.first { $0.schedule.count == schedule.count } ?? findings.last }
    /// `nil` when the run did not come to an end.
    public var outcome: String?
    public var final: SearchReport.FinalState?
  }

  /// - Returns: findings in the order in which they were found; `agree` is never said, since not everything was seen:
  ///   without a finding the answer is `undecided`.
  public static func run(
    _ race: Race, _ scheduler: some Scheduler, runs: Int, steps: Int = 2000, stopsAtFirst: Bool = true,
    limits: SearchLimits = SearchLimits()
  ) -> SearchReport {
    var scheduler = scheduler
    var report = SearchReport(verdict: .undecided(.runs), findings: [])
    var known: Set<String> = []
    var outcomes: [String: Int] = [:]
    var finals: [SearchReport.FinalState: [UInt8]] = [:]
    report.bound = .runs
    for _ in 0..<runs {
      if limits.isLate() || limits.isStopped() {
        report.bound = limits.isLate() ? .time : .stopped
        break
      }
      let result = single(race, &scheduler, steps: steps)
      report.transitions += result.schedule.count
      report.depth = max(report.depth, result.schedule.count)
      if let final = result.final, finals[final].map({ $0.count > result.schedule.count }) ?? true {
        finals[final] = result.schedule
      }
      if let outcome = result.outcome { outcomes[outcome, default: 0] += 1 }
      let new = result.findings.filter { known.insert($0.signature).inserted }
      report.findings += new
      if stopsAtFirst, !new.isEmpty { break }
    }
    report.outcomes = outcomes.sorted { $0.key < $1.key }.map { SearchReport.Outcome(text: $0.key, states: $0.value) }
    let ends = finals.sorted { $0.key < $1.key }
    report.finals = ends.map(\.key)
    report.endings = ends.map(\.value)
    report.verdict = .undecided(report.bound ?? .runs)
    if !report.findings.isEmpty { report.verdict = .disagree }
    return report
  }

  /// One run from the start.
  public static func single(_ race: Race, _ scheduler: inout some Scheduler, steps: Int = 2000) -> RunResult {
    var state = race.initial
    var scratch = state
    var result = RunResult(schedule: [], outcome: nil)
    scheduler.begin(threads: race.moveCount)
    while result.schedule.count < steps {
      var runnable: [Int] = []
      for move in 0..<race.moveCount {
        guard state.edit({ race.mayMove($0, move) }) else { continue }
        scratch = state
        if scratch.edit({ race.step($0, thread: move).kind }) != .blocked { runnable.append(move) }
      }
      guard !runnable.isEmpty else {
        let end = state.edit { RaceEnd.of(race, $0) }
        result.outcome = end.outcome
        result.final = state.edit { SearchReport.FinalState(race, $0) }
        if let broken = end.violation {
          result.findings.append(
            Finding(broken.kind, in: race, thread: broken.thread, line: broken.line, schedule: result.schedule))
        }
        return result
      }
      guard let move = scheduler.next(runnable, step: result.schedule.count) else { return result }
      let outcome = state.edit { race.step($0, thread: move) }
      let thread = race.thread(of: move)
      result.schedule.append(UInt8(move))
      if let line = outcome.warning, result.findings.isEmpty {
        result.findings.append(Finding(.warn, in: race, thread: thread, line: line, schedule: result.schedule))
      }
      if let violation = outcome.violation {
        result.findings.append(
          Finding(violation, in: race, thread: thread, line: outcome.line, schedule: result.schedule))
        return result
      }
    }
    return result
  }
}
