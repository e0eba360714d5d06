import Contract
import Scenario

/// Follows a sequential run: the Contract's states, and what kind of memory lies where, for signatures.
struct ScenarioFollower {
  private(set) var contract: Contract
  private(set) var memory = MemoryMap()

  init(release: KernelRelease) { contract = Contract(release: release) }

  /// Takes in an operation whose disagreement a known issue explains. Waiters that the kernel overlooks sleep on; where
  /// that does not give what was seen, the operation counts as not having been.
  mutating func stepKnown(_ operation: Operation, _ observed: Observation) {
    memory.perform(operation)
    _ = contract.stepOverlookingPrivateWaiters(operation, observed: observed)
  }

  /// Takes in one observed operation.
  /// - Returns: why nothing more can be decided; `nil` when it agrees.
  /// - Throws: the disagreement.
  mutating func step(_ operation: Operation, _ observed: Observation) throws(Disagreement) -> String? {
    memory.perform(operation)
    return try contract.step(operation, observed: observed)
  }
}
