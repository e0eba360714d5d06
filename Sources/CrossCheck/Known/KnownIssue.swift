import Contract
import LiveKernel
import Scenario

/// Something that is wrong with some kernels and known: a scenario that shows it, and the signature by which it is
/// recognised elsewhere.
///
/// A known issue explains one divergence, never a scenario: what else disagrees is a finding all the same.
public struct KnownIssue: Sendable {
  /// The file's name without its ending.
  public var name: String
  public var title: String
  /// Rules that it breaks.
  public var rules: [String]
  /// Kernels that have it: from this release on, up to and including `through`.
  public var from: KernelRelease
  public var through: KernelRelease?
  /// The only kind of waiters that shows it; `nil` for both.
  public var waiters: WaiterKind?
  /// The diverging call's `private` flag; `nil` for both.
  public var isPrivate: Bool?
  /// One of these kinds of operation came before the divergence; empty when none needs to.
  public var after: [OperationKind]
  /// What the kernel does in place of what is promised: a divergence that this does not give is another one.
  public var deviation: Deviation?
  /// What the kernel's complaint contains, for an issue with the rule `kernel-log`.
  public var log: String?
  /// What is wrong, and how it is known.
  public var evidence: [String]
  public var scenario: Scenario

  public func isHad(by release: KernelRelease) -> Bool { from <= release && through.map { release <= $0 } ?? true }

  public func isShown(by kind: WaiterKind) -> Bool { waiters.map { $0 == kind } ?? true }

  /// Whether it explains this divergence.
  public func explains(_ divergence: Divergence, of scenario: Scenario, _ kind: WaiterKind, _ release: KernelRelease)
    -> Bool
  {
    guard isHad(by: release), rules.contains(divergence.rule), isShown(by: kind) else { return false }
    let operations = scenario.operations
    guard divergence.position < operations.count else { return false }
    if divergence.rule == Divergence.kernelLogRule, log.map({ divergence.seen.contains($0) }) != true { return false }
    if let isPrivate, operations[divergence.position].action.isPrivateCall != isPrivate { return false }
    return after.isEmpty || operations[..<divergence.position].contains { after.contains($0.kind) }
  }
}

extension KnownIssue {
  /// Whether it explains that a race beginning with operation `position` came to an outcome that no order gives: it has
  /// the rule `race-outcome`, and one of the lanes makes a call of the kind that it concerns.
  func explains(race lanes: [Scenario.Lane], at position: Int, of scenario: Scenario, _ kind: WaiterKind) -> Bool {
    guard rules.contains(Divergence.raceRule), isShown(by: kind) else { return false }
    let calls = lanes.flatMap(\.operations)
    if let isPrivate, !calls.contains(where: { $0.action.isPrivateCall == isPrivate }) { return false }
    let before = scenario.operations.prefix(position)
    return after.isEmpty || before.contains { after.contains($0.kind) } || calls.contains { after.contains($0.kind) }
  }
}

extension Action {
  /// Whether a futex call has the `private` flag; `nil` for what is no futex call.
  var isPrivateCall: Bool? {
    switch self {
    case .wait(_, _, _, _, _, let mode), .wake(_, _, _, let mode), .requeue(_, _, _, _, let mode),
      .compareRequeue(_, _, _, _, _, let mode), .wakeOp(_, _, _, _, _, let mode), .lockPI(_, let mode),
      .tryLockPI(_, let mode), .unlockPI(_, let mode):
      mode.isPrivate
    case .keys(_, let isPrivate): isPrivate
    default: nil
    }
  }
}
