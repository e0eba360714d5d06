import LiveKernel
import Scenario

/// A kernel that is wrong on purpose: it does what it is asked, and says of each wake of somebody that there was nobody.
/// For self-tests: who does not find it out is blind.
public final class LyingKernel: KernelUnderTest {
  private let kernel: any KernelUnderTest

  public init(_ kernel: any KernelUnderTest) { self.kernel = kernel }

  public var answerer: String { "lying-\(kernel.answerer)" }

  public func run(_ scenario: Scenario, waiters: WaiterKind) -> RunReport {
    var report = kernel.run(scenario, waiters: waiters)
    for (index, operation) in scenario.operations.enumerated() where index < report.observations.count {
      if operation.kind == .wake, case .value(let woken) = report.observations[index].result, woken > 0 {
        report.observations[index].result = .value(0)
        report.observations[index].ended = []
      }
    }
    return report
  }

  public func renew() { kernel.renew() }
}
