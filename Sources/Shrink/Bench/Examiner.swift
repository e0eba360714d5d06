import CrossCheck
import LiveKernel
import Scenario

/// Whoever says what a scenario comes to: the predicate of a reduction.
public protocol Examiner: AnyObject {
  /// Runs the scenario once.
  func examine(_ scenario: Scenario) -> Examination
  /// How often a candidate is run in one examination, where that is more than once, and with which confidence.
  var patience: Patience? { get }
  /// How often a scenario shows the finding, where an examination is many runs.
  func rate(of scenario: Scenario) -> Reduction.Rate?
}

extension Examiner {
  public var patience: Patience? { nil }
  public func rate(of scenario: Scenario) -> Reduction.Rate? { nil }
}

/// What one run came to.
public enum Examination: Sendable {
  /// A finding: its signature, and the index of the diverging operation.
  case finding(signature: String, position: Int)
  /// No finding; what there was instead, in words.
  case other(String)
}

/// Runs scenarios on a kernel and holds them against the promise, as the finding itself was found.
public final class KernelExaminer: Examiner {
  private let kernel: any KernelUnderTest
  private let judge: Judge
  private let waiters: WaiterKind
  /// Each run starts with fresh agents: nothing of one candidate can show in the next.
  private let isFresh: Bool

  public init(_ kernel: any KernelUnderTest, judge: Judge, waiters: WaiterKind, isFresh: Bool) {
    self.kernel = kernel
    self.judge = judge
    self.waiters = waiters
    self.isFresh = isFresh
  }

  public func examine(_ scenario: Scenario) -> Examination {
    if isFresh { kernel.renew() }
    let verdict = judge.judge(scenario, kernel.run(scenario, waiters: waiters), waiters: waiters)
    switch verdict {
    case .disagree(let divergence):
      return .finding(signature: divergence.signature(of: kernel.answerer), position: divergence.position)
    case .agree: return .other("agree")
    case .known(let names): return .other("known: \(names.joined(separator: ", "))")
    case .undecided(let reason): return .other("undecided: \(reason)")
    case .skipped(let reason): return .other("skipped: \(reason)")
    case .harnessFault(let reason):
      kernel.renew()
      return .other("harness-fault: \(reason)")
    }
  }
}
