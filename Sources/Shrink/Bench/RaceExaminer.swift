import CrossCheck
import LiveKernel
import Scenario

/// Runs candidates of a finding in a race, many times each: a single run shows it only now and then.
///
/// The original is run first, for its rate. A candidate is run until it has shown the finding as often as ``Patience``
/// wants, or so many times that one with the original's rate would have, with the stated confidence.
public final class RaceExaminer: Examiner {
  private let kernel: LiveKernel
  private let judge: Judge
  private let answerer: String
  private let clock: () -> Double
  /// What the original shows.
  private var wanted: Divergence?
  private var signature: String
  public private(set) var patience: Patience?
  /// Runs of the last calibration, for a second one that is fair to both.
  private var attempts = 0
  private var known: [CandidateKey: Reduction.Rate] = [:]
  /// What the original came to, which needs no second look.
  private var original: (key: CandidateKey, examination: Examination)?
  /// Runs in all.
  public private(set) var runs = 0

  /// Runs of the original at most.
  public static let mostRuns = 200_000

  /// - Parameters:
  ///   - kernel: with races, and processors for them.
  ///   - signature: the finding's; without one, the first that a run of the original shows.
  ///   - clock: seconds.
  public init(_ kernel: LiveKernel, judge: Judge, answerer: String, signature: String?, clock: @escaping () -> Double) {
    self.kernel = kernel
    self.judge = judge
    self.answerer = answerer
    self.signature = signature ?? ""
    self.clock = clock
  }

  /// Runs the original until it has shown the finding often, but no longer than so many seconds.
  public func calibrate(_ original: Scenario, seconds: Double, shouldStop: () -> String?) {
    let start = clock()
    let wantedHits = 40
    var hits = 0
    let report = run(
      original, limit: Self.mostRuns, until: { self.clock() - start >= seconds || shouldStop() != nil }
    ) { divergence, count in
      if self.signature.isEmpty { self.signature = divergence.signature(of: self.answerer) }
      guard divergence.signature(of: self.answerer) == self.signature else { return false }
      if self.wanted == nil { self.wanted = divergence }
      hits += count
      return hits >= wantedHits
    }
    let reproduced = count(in: report)
    attempts = report.runs
    let key = CandidateKey(original)
    known[key] = Reduction.Rate(reproduced: reproduced, attempts: report.runs)
    guard reproduced > 0, let wanted else {
      self.original = (key, .other(Self.reason(report) ?? "agree, in \(report.runs) runs"))
      return
    }
    self.original = (key, .finding(signature: signature, position: Self.end(of: wanted.position, in: original)))
    // A candidate takes five seconds at most.
    let rate = Double(report.runs) / max(1e-3, clock() - start)
    patience = Patience(reproduced: reproduced, of: report.runs, limit: max(64, Int(5 * rate)))
  }

  public func examine(_ scenario: Scenario) -> Examination {
    if let original, original.key == CandidateKey(scenario) { return original.examination }
    // What breaks behind a race may break without it.
    if !scenario.hasRace { return examineWithoutRace(scenario) }
    let wantedHits = patience?.hits ?? 1
    var hits = 0
    var position: Int?
    var others: [String] = []
    let report = run(scenario, limit: patience?.runs ?? Self.mostRuns, until: { false }) { divergence, count in
      guard self.isSame(divergence) else {
        others.append(divergence.signature(of: self.answerer))
        return false
      }
      position = divergence.position
      hits += count
      return hits >= wantedHits
    }
    if let position, count(in: report) >= wantedHits {
      return .finding(signature: signature, position: Self.end(of: position, in: scenario))
    }
    return .other(Self.reason(report) ?? others.first ?? (position == nil ? "agree" : "too rare"))
  }

  private static func reason(_ report: LitmusReport) -> String? {
    report.skipped.map { "skipped: \($0)" } ?? report.fault.map { "harness-fault: \($0)" }
  }

  private func examineWithoutRace(_ scenario: Scenario) -> Examination {
    var hits = 0
    for _ in 0..<min(patience?.runs ?? 1, 60) {
      runs += 1
      let verdict = judge.judge(scenario, RunReport(kernel.run(scenario)), waiters: kernel.waiters)
      guard case .disagree(let divergence) = verdict, isSame(divergence) else { continue }
      hits += 1
      if hits >= patience?.hits ?? 1 { return .finding(signature: signature, position: divergence.position) }
    }
    return .other("agree")
  }

  /// How often it shows the finding in as many runs as the original had.
  public func rate(of scenario: Scenario) -> Reduction.Rate? {
    if let rate = known[CandidateKey(scenario)] { return rate }
    let report = run(scenario, limit: max(attempts, 1), until: { false }) { _, _ in false }
    let rate = Reduction.Rate(reproduced: count(in: report), attempts: report.runs)
    known[CandidateKey(scenario)] = rate
    return rate
  }

  /// The shortest of the longest delays, in turns of an idle loop, at which it still shows: 0, or a power of two.
  /// - Returns: `nil` when only the jitter of the schedule shows it.
  public func leastJitter(of scenario: Scenario) -> Int? {
    // At another jitter the original is a candidate like any other.
    original = nil
    let before = kernel.schedule
    defer { kernel.schedule = before }
    var jitter = 0
    while jitter < before.jitter {
      kernel.schedule.jitter = jitter
      if case .finding = examine(scenario) { return jitter }
      jitter = max(1, jitter * 2)
    }
    return nil
  }

  // MARK: Runs

  private func run(
    _ scenario: Scenario, limit: Int, until isDone: () -> Bool, isEnough: @escaping (Divergence, Int) -> Bool
  ) -> LitmusReport {
    kernel.schedule.next = 0
    var litmus = LitmusRun(scenario, release: judge.release, knownIssues: judge.knownIssues)
    litmus.isEnough = { row, count in row.divergence.map { isEnough($0, count) } ?? false }
    let report = litmus.run(on: kernel, until: { _ in isDone() }, limit: limit)
    runs += report.runs
    return report
  }

  private func count(in report: LitmusReport) -> Int {
    report.rows.reduce(0) { $0 + ($1.divergence.map(isSame) == true ? $1.count : 0) }
  }

  /// The finding's rule and memory, and of the lanes' calls nothing but what the original has, in its order: the
  /// signature names all of a race's calls, and these become fewer.
  private func isSame(_ divergence: Divergence) -> Bool {
    guard let wanted else { return divergence.signature(of: answerer) == signature }
    guard divergence.rule == wanted.rule, divergence.memory == wanted.memory else { return false }
    guard wanted.rule == Divergence.raceRule else { return divergence.operation == wanted.operation }
    return RaceCalls.isPart(divergence.operation, of: wanted.operation)
  }

  /// The last operation of the race that the position is in: what comes before it is needed.
  static func end(of position: Int, in scenario: Scenario) -> Int {
    let elements = scenario.locatedOperations.map(\.position.element)
    guard elements.indices.contains(position) else { return position }
    return elements.lastIndex(of: elements[position]) ?? position
  }
}
