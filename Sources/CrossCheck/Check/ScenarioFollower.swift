import Contract
import Scenario

/// Follows a sequential run: the Contract's states, and what kind of memory lies where, for signatures.
struct ScenarioFollower {
  private(set) var contract: Contract
  private(set) var memory = MemoryMap()

  init(release: KernelRelease) { contract = Contract(release: release) }

  /// From now on the kernel finds none of the private waiters that the actor's process has.
  mutating func loseWaiters(of actor: ActorID?) {
    if let actor { contract.overlookPrivateWaiters(of: actor) }
  }

  /// Takes in an operation whose disagreement a known issue explains, as a kernel with this deviation does it. Where
  /// that does not give what was seen, nothing changes.
  /// - Returns: whether it does.
  mutating func step(_ operation: Operation, _ observed: Observation, deviating deviation: Deviation) -> Bool {
    let isFollowed = contract.step(operation, observed: observed, deviating: deviation)
    if isFollowed { memory.perform(operation) }
    return isFollowed
  }

  /// Takes in a race as it was observed.
  /// - Parameter operations: the lanes' operations with their actors.
  /// - Returns: whether its outcome is allowed; `nil` when nothing is promised of it.
  mutating func step(
    race lanes: [Scenario.Lane], _ operations: [Operation], results: [[OperationResult]], ended: [EndedWaiter]
  ) -> Bool? {
    for operation in operations { memory.perform(operation) }
    return contract.step(race: lanes, results: results, ended: ended)
  }

  /// Takes in one observed operation.
  /// - Returns: why nothing more can be decided; `nil` when it agrees.
  /// - Throws: the disagreement.
  mutating func step(_ operation: Operation, _ observed: Observation) throws(Disagreement) -> String? {
    memory.perform(operation)
    return try contract.step(operation, observed: observed)
  }
}
