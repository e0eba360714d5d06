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
  /// One of these kinds of operation came between a wait of the same process and the divergence, and was the process's
  /// first of the kinds `firstOf`; empty when none needs to. What was queued after it has nothing to do with this issue.
  public var between: [OperationKind] = []
  /// The kinds of which the one between was the first; `between` itself when empty.
  public var firstOf: [OperationKind] = []
  /// Keywords of the operations at which it shows; empty for any. For the kernel log, kinds of event.
  public var operations: [String] = []
  /// Kinds of memory at which it shows; empty for any. For the kernel log, functions.
  public var memory: [String] = []
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
    guard self.operations.isEmpty || self.operations.contains(divergence.operation),
      memory.isEmpty || memory.contains(divergence.memory)
    else { return false }
    let operations = scenario.operations
    guard divergence.position < operations.count else { return false }
    if let isPrivate, operations[divergence.position].action.isPrivateCall != isPrivate { return false }
    guard between.isEmpty || liesBetween(divergence, operations) else { return false }
    return after.isEmpty || operations[..<divergence.position].contains { after.contains($0.kind) }
  }

  /// Whether each waiter that is missing at the divergence, or one waiter if none is named, was queued before.
  private func liesBetween(_ divergence: Divergence, _ operations: [Operation]) -> Bool {
    var population = Population()
    /// The process of each waiter, and whether the operation has come since.
    var waiters: [WaiterID: (process: ActorID, isCrossed: Bool)] = [:]
    var passed: Set<ActorID> = []
    for operation in operations[..<divergence.position] {
      population.perform(operation)
      guard let actor = operation.actor else { continue }
      let process = population.process(of: actor)
      switch operation.action {
      case .wait(let waiter, _, _, _, _, _), .waitv(let waiter, _, _): waiters[waiter] = (process, false)
      default: break
      }
      guard (firstOf.isEmpty ? between : firstOf).contains(operation.kind), passed.insert(process).inserted,
        between.contains(operation.kind)
      else { continue }
      for (waiter, state) in waiters where state.process == process { waiters[waiter] = (process, true) }
    }
    if divergence.missing.isEmpty { return waiters.contains { $0.value.isCrossed } }
    return divergence.missing.allSatisfy { waiters[$0]?.isCrossed == true }
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
