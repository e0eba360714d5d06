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
    if !report.kernelEvents.isEmpty {
      finding.kernelLog = report.kernelEvents.flatMap(\.lines)
      finding.preceding = report.preceding.enumerated().map { number, scenario in
        ScenarioPrinter(header: ["Number \(number + 1) before the finding \(signature)"]).print(scenario)
      }
    }
    return finding
  }
}
