import Contract
import LiveKernel
import Scenario

/// Makes the record of a disagreement.
public enum FindingMaker {
  /// Kernel release, capabilities and time are the caller's to fill in.
  public static func finding(
    _ scenario: Scenario, _ report: RunReport, _ divergence: Divergence, _ kind: WaiterKind,
    kernel: any KernelUnderTest, judge: Judge, origin: String
  ) -> Finding {
    let signature = divergence.signature(of: kernel.answerer)
    let header = [
      "Finding \(signature)",
      "Operation \(divergence.position + 1): promised \(divergence.promised); seen \(divergence.seen).",
    ]
    var finding = Finding(
      signature: signature, divergence: divergence, scenario: ScenarioPrinter(header: header).print(scenario),
      comparison: judge.comparison(scenario, report, waiters: kind), kernel: kernel.answerer,
      waiters: kind.rawValue, seed: nil, run: nil, origin: origin, capabilities: [], foundAt: 0)
    finding.notes = report.notes
    return finding
  }

  /// The record of a complaint in the kernel log, after the last of these scenarios; those before it are kept, too.
  public static func finding(
    _ event: KernelEvent, recent: [RecentRun], kernel: any KernelUnderTest, judge: Judge, origin: String
  ) -> Finding? {
    guard let last = recent.last else { return nil }
    let divergence = Divergence(event, after: last.scenario)
    var finding = finding(
      last.scenario, last.report, divergence, last.waiters, kernel: kernel, judge: judge, origin: origin)
    finding.notes = event.lines + finding.notes
    finding.previous = recent.dropLast().map {
      Finding.PreviousScenario(scenario: ScenarioPrinter.print($0.scenario), waiters: $0.waiters.rawValue)
    }
    return finding
  }
}

/// A scenario that ran, and what it gave.
public struct RecentRun {
  public var scenario: Scenario
  public var waiters: WaiterKind
  public var report: RunReport
  /// How many are kept.
  public static let kept = 16

  public init(_ scenario: Scenario, _ waiters: WaiterKind, _ report: RunReport) {
    self.scenario = scenario
    self.waiters = waiters
    self.report = report
  }
}

extension Divergence {
  /// A complaint in the kernel log: its kind and the kernel's function stand where others have operation and memory.
  public init(_ event: KernelEvent, after scenario: Scenario) {
    self.init(
      position: max(0, scenario.operations.count - 1), rule: Self.kernelLogRule, operation: event.kind.rawValue,
      memory: event.function, promised: "nothing in the kernel log", seen: event.title)
  }
}
