import Contract
import LiveKernel
import Scenario

/// The main job: scenario after scenario from one seed, each run and judged, each disagreement kept and run again.
///
/// Scenario number `n` depends on the seed and on `n` alone, so the same seed gives the same scenarios whatever the
/// machine's speed.
public struct FuzzRun {
  public let seed: UInt64
  public let waiters: [WaiterKind]
  public let judge: Judge
  /// Fresh runs of each kind of waiter for a new finding.
  public static let reproductionRuns = 5

  private let kernel: any KernelUnderTest
  private let store: FindingStore
  private let generate: (UInt64) -> Scenario
  private let record: (inout Finding) -> Void
  private let log: KernelLogWatch?
  /// Scenarios that show something new are kept there.
  public var grower: CorpusGrower?
  /// The last scenarios, the current one included.
  private var recent: [RecentRun] = []
  /// Repetitions of a signature beyond those whose scenarios are kept: they are written at the end.
  private var unwritten: [String: Int] = [:]

  public private(set) var counts = VerdictCounts()
  /// Number of the next scenario.
  public private(set) var number: UInt64 = 0
  public private(set) var operations: UInt64 = 0
  /// Scenarios with a race, and those whose race was made smaller because its outcomes were too many to list.
  public private(set) var races: UInt64 = 0
  public private(set) var cutRaces: UInt64 = 0
  /// Signatures found in this run with their folder's finding, in the order of discovery.
  public private(set) var findings: [Finding] = []
  /// The harness's own errors: the first few, as they were described.
  public private(set) var faults: [String] = []
  /// Harness faults since the last scenario without one: with many, nothing is tested any more.
  public private(set) var faultsInARow = 0

  /// - Parameters:
  ///   - generate: the scenario of a number.
  ///   - record: completes a finding with what this module cannot know: kernel, capabilities, time.
  ///   - log: the kernel log, looked at after each scenario.
  public init(
    seed: UInt64, waiters: [WaiterKind], judge: Judge, kernel: any KernelUnderTest, store: FindingStore,
    generate: @escaping (UInt64) -> Scenario, record: @escaping (inout Finding) -> Void, log: KernelLogWatch? = nil
  ) {
    self.seed = seed
    self.waiters = waiters
    self.judge = judge
    self.kernel = kernel
    self.store = store
    self.generate = generate
    self.record = record
    self.log = log
  }

  public enum Event {
    case found(Finding)
    case fault(String)
  }

  /// Runs the next scenario.
  /// - Returns: what is worth telling.
  /// - Throws: when a finding cannot be written; it is in the error's description, so that it is not lost.
  public mutating func step() throws(FindingStore.Failure) -> [Event] {
    var scenario = generate(number)
    if scenario.hasRace {
      races += 1
      if let smaller = RaceCut.cut(scenario, release: judge.release) {
        scenario = smaller
        cutRaces += 1
      }
    }
    let kind = waiters[Int(number % UInt64(waiters.count))]
    var (verdict, report) = judge.runs(
      scenario, waiters: kind, on: kernel, races: Judge.raceRunsOfFuzz)
    operations += UInt64(report.observations.count)
    defer { number += 1 }
    var happened: [Event] = []
    if case .disagree(let divergence) = verdict {
      happened.append(.found(try keep(scenario, report, divergence, kind)))
    }
    if let log {
      if recent.count == RecentRun.kept { recent.removeFirst() }
      recent.append(RecentRun(scenario, kind, report))
      for event in log.look() {
        let divergence = Divergence(event, after: scenario)
        if let issue = judge.knownIssue(of: divergence, in: scenario, waiters: kind) {
          if verdict.kind == .agree { verdict = .known([issue.name]) }
          continue
        }
        if let finding = try keep(event) { happened.append(.found(finding)) }
        if verdict.kind != .disagree { verdict = .disagree(divergence) }
      }
    }
    if grower != nil, !scenario.hasRace, verdict.kind == .agree {
      happened += try grow(scenario, report, kind)
    }
    counts.add(verdict)
    faultsInARow = verdict.kind == .harnessFault ? faultsInARow + 1 : 0
    if case .harnessFault(let reason) = verdict {
      let text = "scenario \(number) of seed \(seed): \(reason)"
      if faults.count < 20 { faults.append(text) }
      kernel.renew()
      happened.append(.fault(text))
    }
    return happened
  }

  /// Keeps the scenario in the corpus if it shows something new. What is wrong with a smaller one is a finding, too.
  private mutating func grow(_ scenario: Scenario, _ report: RunReport, _ kind: WaiterKind)
    throws(FindingStore.Failure) -> [Event]
  {
    guard var grower else { return [] }
    var wrong: [(Scenario, RunReport, Divergence)] = []
    try grower.admit(scenario, shown: BehaviourTuples.of(scenario, report)) { smaller in
      let report = kernel.run(smaller, waiters: kind)
      switch judge.judge(smaller, report, waiters: kind) {
      case .agree: return BehaviourTuples.of(smaller, report)
      case .disagree(let divergence):
        wrong.append((smaller, report, divergence))
        return []
      case .known, .skipped, .undecided, .harnessFault: return []
      }
    }
    self.grower = grower
    var events: [Event] = []
    for (scenario, report, divergence) in wrong { events.append(.found(try keep(scenario, report, divergence, kind))) }
    return events
  }

  private mutating func keep(_ scenario: Scenario, _ report: RunReport, _ divergence: Divergence, _ kind: WaiterKind)
    throws(FindingStore.Failure) -> Finding
  {
    let signature = divergence.signature(of: kernel.answerer)
    if let counted = countIfWellKnown(signature) { return counted }
    let finding = FindingMaker.finding(
      scenario, report, divergence, kind, kernel: kernel, judge: judge, origin: "keywake fuzz")
    let (kept, isNew) = try write(finding)
    guard isNew else { return kept }
    let reproduction = Reproducer.reproduce(
      scenario, signature: signature, kernel: kernel, judge: judge, runs: Self.reproductionRuns)
    let notes = OtherWords.notes(
      scenario, report, at: divergence.position, waiters: kind, kernel: kernel, judge: judge)
    try store.update(signature) {
      $0.reproduction = reproduction
      $0.notes += notes
    }
    findings[findings.count - 1].reproduction = reproduction
    findings[findings.count - 1].notes += notes
    return findings[findings.count - 1]
  }

  /// Keeps a complaint in the kernel log. It is not run again: much a kernel says only once.
  private mutating func keep(_ event: KernelEvent) throws(FindingStore.Failure) -> Finding? {
    guard
      let finding = FindingMaker.finding(event, recent: recent, kernel: kernel, judge: judge, origin: "keywake fuzz")
    else { return nil }
    if let counted = countIfWellKnown(finding.signature) { return counted }
    return try write(finding).kept
  }

  /// Counts one more of a signature of which enough scenarios are kept.
  private mutating func countIfWellKnown(_ signature: String) -> Finding? {
    guard let known = findings.firstIndex(where: { $0.signature == signature }),
      findings[known].occurrences >= FindingStore.keptPerSignature
    else { return nil }
    findings[known].occurrences += 1
    unwritten[signature, default: 0] += 1
    return findings[known]
  }

  /// Puts it on disk, before anything else happens to it.
  private mutating func write(_ finding: Finding) throws(FindingStore.Failure) -> (kept: Finding, isNew: Bool) {
    var finding = finding
    finding.seed = seed
    finding.run = number
    record(&finding)
    do throws(FindingStore.Failure) {
      _ = try store.record(finding)
    } catch {
      throw FindingStore.Failure(description: error.withFinding(finding))
    }
    if let known = findings.firstIndex(where: { $0.signature == finding.signature }) {
      findings[known].occurrences += 1
      return (findings[known], false)
    }
    findings.append(finding)
    return (finding, true)
  }

  /// Writes what was only counted.
  public mutating func finish() throws(FindingStore.Failure) {
    for (signature, count) in unwritten.sorted(by: { $0.key < $1.key }) {
      try store.update(signature) { $0.occurrences += count }
    }
    unwritten = [:]
  }
}
