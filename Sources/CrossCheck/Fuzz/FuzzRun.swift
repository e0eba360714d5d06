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
  /// Repetitions of a signature beyond those whose scenarios are kept: they are written at the end.
  private var unwritten: [String: Int] = [:]

  public private(set) var counts = VerdictCounts()
  /// Number of the next scenario.
  public private(set) var number: UInt64 = 0
  public private(set) var operations: UInt64 = 0
  /// Signatures found in this run with their folder's finding, in the order of discovery.
  public private(set) var findings: [Finding] = []
  /// The harness's own errors: the first few, as they were described.
  public private(set) var faults: [String] = []

  /// - Parameters:
  ///   - generate: the scenario of a number.
  ///   - record: completes a finding with what this module cannot know: kernel, capabilities, time.
  public init(
    seed: UInt64, waiters: [WaiterKind], judge: Judge, kernel: any KernelUnderTest, store: FindingStore,
    generate: @escaping (UInt64) -> Scenario, record: @escaping (inout Finding) -> Void
  ) {
    self.seed = seed
    self.waiters = waiters
    self.judge = judge
    self.kernel = kernel
    self.store = store
    self.generate = generate
    self.record = record
  }

  public enum Event {
    case found(Finding)
    case fault(String)
  }

  /// Runs the next scenario.
  /// - Returns: what is worth telling.
  /// - Throws: when a finding cannot be written; it is in the error's description, so that it is not lost.
  public mutating func step() throws(FindingStore.Failure) -> Event? {
    let scenario = generate(number)
    let kind = waiters[Int(number % UInt64(waiters.count))]
    let report = kernel.run(scenario, waiters: kind)
    let verdict = judge.judge(scenario, report, waiters: kind)
    counts.add(verdict)
    operations += UInt64(report.observations.count)
    defer { number += 1 }
    switch verdict {
    case .agree, .known, .skipped, .undecided: return nil
    case .harnessFault(let reason):
      let text = "scenario \(number) of seed \(seed): \(reason)"
      if faults.count < 20 { faults.append(text) }
      kernel.renew()
      return .fault(text)
    case .disagree(let divergence):
      let found = try keep(scenario, report, divergence, kind)
      for other in judge.furtherDivergences(scenario, report, beside: divergence, kind) {
        _ = try keep(scenario, report, other, kind)
      }
      return .found(found)
    }
  }

  private mutating func keep(_ scenario: Scenario, _ report: RunReport, _ divergence: Divergence, _ kind: WaiterKind)
    throws(FindingStore.Failure) -> Finding
  {
    let signature = divergence.signature(of: kernel.answerer)
    let known = findings.firstIndex { $0.signature == signature }
    if let known {
      findings[known].occurrences += 1
      if findings[known].occurrences > FindingStore.keptPerSignature {
        unwritten[signature, default: 0] += 1
        return findings[known]
      }
    }
    var finding = FindingMaker.finding(
      scenario, report, divergence, kind, kernel: kernel, judge: judge, origin: "keywake fuzz")
    finding.seed = seed
    finding.run = number
    record(&finding)
    // On disk before anything else happens to it.
    do {
      _ = try store.record(finding)
    } catch {
      throw FindingStore.Failure(
        description: "\(error)\n\nThe finding that could not be kept:\n\n\(finding.report)\n\(finding.scenario)")
    }
    if let known { return findings[known] }
    let reproduction = Reproducer.reproduce(
      scenario, signature: signature, kernel: kernel, judge: judge, runs: Self.reproductionRuns)
    try store.update(signature) { $0.reproduction = reproduction }
    finding.reproduction = reproduction
    findings.append(finding)
    return finding
  }

  /// Writes what was only counted.
  public mutating func finish() throws(FindingStore.Failure) {
    for (signature, count) in unwritten.sorted(by: { $0.key < $1.key }) {
      try store.update(signature) { $0.occurrences += count }
    }
    unwritten = [:]
  }
}
