import Scenario

/// What a kernel is known to do in place of what is promised. None of it is ever promised: a judge that has met a
/// disagreement asks whether it is this and nothing else, and how to follow the run from there.
public enum Deviation: String, CaseIterable, Hashable, Sendable {
  /// A call does not find the first private waiters of its process. They sleep on.
  case overlooksPrivateWaiters = "overlooks-private-waiters"
  /// Further entries of a `waitv` that a call has ended stay in the queue until the call is over, and count again.
  case countsEndedWaitvAgain = "counts-ended-waitv-again"
}

extension Contract {
  /// Does the operation as a kernel would that deviates, as little as the observation needs.
  /// - Returns: false when no such run allows the observation; then nothing changes.
  public mutating func step(_ operation: Operation, observed: Observation, deviating deviation: Deviation) -> Bool {
    guard lost == nil, let space = operation.actor.flatMap({ states[0].actor($0) })?.space else { return false }
    switch deviation {
    case .overlooksPrivateWaiters:
      var count = 1
      while states.contains(where: { $0.privateWaits(in: space).count >= count }) {
        if follow(operation, observed, hiding: { $0.privateWaits(in: space).prefix(count) }) { return true }
        count += 1
      }
      return false
    case .countsEndedWaitvAgain:
      return follow(operation, observed, keepsEndedWaitvs: true)
    }
  }

  private mutating func follow(
    _ operation: Operation, _ observed: Observation,
    hiding hidden: (ContractState) -> ArraySlice<QueuedWait> = { _ in [] },
    keepsEndedWaitvs: Bool = false
  ) -> Bool {
    var after: [ContractState] = []
    for state in states {
      let hidden = hidden(state)
      var run = self
      run.states = [state]
      run.states[0].queue.removeAll { hidden.contains($0) }
      run.states[0].keepsEndedWaitvs = keepsEndedWaitvs
      do throws(Disagreement) {
        guard try run.step(operation, observed: observed) == nil else { continue }
      } catch {
        continue
      }
      for var state in run.states {
        state.queue.insert(contentsOf: hidden, at: 0)
        state.keepsEndedWaitvs = false
        after.append(state)
      }
    }
    if after.isEmpty { return false }
    keep(after)
    return true
  }
}

extension ContractState {
  fileprivate func privateWaits(in space: UInt8) -> [QueuedWait] {
    queue.filter { $0.space == space && $0.key.isPrivateFlag }
  }
}
