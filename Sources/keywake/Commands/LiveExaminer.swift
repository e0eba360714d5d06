import CrossCheck
import LiveKernel
import Scenario
import Shrink

/// Runs candidates on this kernel with fresh agents. Where one runs at a time, what the kernel log complained of
/// meanwhile is the candidate's finding.
final class LiveExaminer: Examiner {
  private let kernel: LiveKernelUnderTest
  private let examiner: KernelExaminer
  private let log: KernelLogWatch?

  init(_ kernel: LiveKernelUnderTest, judge: Judge, waiters: WaiterKind, log: KernelLogWatch?) {
    self.kernel = kernel
    examiner = KernelExaminer(kernel, judge: judge, waiters: waiters, isFresh: true)
    self.log = log
  }

  func examine(_ scenario: Scenario) -> Examination {
    let examination = examiner.examine(scenario)
    let events = log?.look() ?? []
    if case .finding = examination { return examination }
    guard let event = events.first else { return examination }
    let divergence = Divergence(event, after: scenario)
    return .finding(signature: divergence.signature(of: kernel.answerer), position: divergence.position)
  }
}
