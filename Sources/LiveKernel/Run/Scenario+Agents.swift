import CKeywake
import Scenario

/// What a scenario asks of the agents that run it.
extension Scenario {
  /// The lanes of its race, if it has one and no other.
  var onlyRace: [Lane]? {
    let races = elements.compactMap { element in if case .race(let lanes) = element { lanes } else { nil } }
    return races.count == 1 ? races.first : nil
  }

  /// Agents can run it many times without the host: nothing has to be made or removed between the runs.
  var canBeSwept: Bool {
    guard let lanes = onlyRace, lanes.count <= Int(KW_SWEEP_LANES), !needsFreshAgents else { return false }
    return !elements.contains { element in
      if case .operation(let operation) = element, case .file(_, let kind, _) = operation.action {
        kind.hasName
      } else {
        false
      }
    }
  }

  /// Its agents have run nothing before, and run nothing after: what it does to a process cannot be undone.
  var needsFreshAgents: Bool {
    elements.contains { element in
      let operations =
        switch element {
        case .operation(let operation): [operation]
        case .race(let lanes): lanes.flatMap(\.operations)
        }
      return operations.contains { operation in
        switch operation.kind {
        case .fork, .exit, .thread, .hashSlots, .robust, .clearTID, .lockPI, .tryLockPI, .unlockPI: true
        default: false
        }
      }
    }
  }
}
