import Scenario

extension Contract {
  /// For a kernel that is known to break its promise: an operation overlooks the first private waiters of its process,
  /// as few as the observation needs. They sleep on, and what the operation did otherwise is done.
  /// - Returns: false when no such run allows the observation; then nothing changes.
  public mutating func stepOverlookingPrivateWaiters(_ operation: Operation, observed: Observation) -> Bool {
    guard lost == nil, let space = operation.actor.flatMap({ states[0].actor($0) })?.space else { return false }
    var count = 1
    while states.contains(where: { $0.privateWaits(in: space).count >= count }) {
      var after: [ContractState] = []
      for state in states {
        let hidden = state.privateWaits(in: space).prefix(count)
        var run = self
        run.states = [state]
        run.states[0].queue.removeAll { hidden.contains($0) }
        do throws(Disagreement) {
          guard try run.step(operation, observed: observed) == nil else { continue }
        } catch {
          continue
        }
        for var state in run.states {
          state.queue.insert(contentsOf: hidden, at: 0)
          after.append(state)
        }
      }
      if !after.isEmpty {
        keep(after)
        return true
      }
      count += 1
    }
    return false
  }
}

extension ContractState {
  fileprivate func privateWaits(in space: UInt8) -> [QueuedWait] {
    queue.filter { $0.space == space && $0.key.isPrivateFlag }
  }
}
