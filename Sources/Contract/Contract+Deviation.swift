import Scenario

/// What a kernel is known to do in place of what is promised. None of it is ever promised: a judge that has met a
/// disagreement asks whether it is this and nothing else, and how to follow the run from there.
public enum Deviation: String, CaseIterable, Hashable, Sendable {
  /// The first private waiters of a process are not found any more, by no call, until all of them are again.
  case overlooksPrivateWaiters = "overlooks-private-waiters"
  /// Further entries of a `waitv` that a call has ended stay in the queue until the call is over, and count again.
  case countsEndedWaitvAgain = "counts-ended-waitv-again"
}

extension Contract {
  /// Does the operation as a kernel would that deviates, as little as the observation needs.
  /// - Returns: false when no such run allows the observation; then nothing changes.
  public mutating func step(_ operation: Operation, observed: Observation, deviating deviation: Deviation) -> Bool {
    guard lost == nil else { return false }
    switch deviation {
    case .countsEndedWaitvAgain:
      return follow(operation, observed) { $0.keepsEndedWaitvs = true }
    case .overlooksPrivateWaiters:
      for space in spaces(of: operation) {
        let most = states.map { $0.foundPrivateWaits(in: space).count }.max() ?? 0
        for count in 0..<most where follow(operation, observed, { $0.overlook(count + 1, in: space) }) { return true }
        if follow(operation, observed, { $0.findAll(in: space) }) { return true }
      }
      return false
    }
  }

  /// The address spaces whose words an operation looks at.
  private func spaces(of operation: Operation) -> [UInt8] {
    var actors = operation.actor.map { [$0] } ?? []
    if case .keys(let words, _) = operation.action { actors = words.map(\.actor) }
    var spaces: [UInt8] = []
    for case let space? in actors.map({ states[0].actor($0)?.space }) where !spaces.contains(space) {
      spaces.append(space)
    }
    return spaces
  }

  private mutating func follow(
    _ operation: Operation, _ observed: Observation, _ deviate: (inout ContractState) -> Void
  ) -> Bool {
    var after: [ContractState] = []
    for state in states {
      var run = self
      run.states = [state]
      deviate(&run.states[0])
      do throws(Disagreement) {
        guard try run.step(operation, observed: observed) == nil else { continue }
      } catch {
        continue
      }
      for index in run.states.indices { run.states[index].keepsEndedWaitvs = false }
      after += run.states
    }
    if after.isEmpty { return false }
    keep(after)
    return true
  }
}

extension ContractState {
  private func foundPrivateWaits(in space: UInt8, _ isOverlooked: Bool) -> [Int] {
    queue.indices.filter {
      queue[$0].space == space && queue[$0].key.isPrivateFlag && queue[$0].isOverlooked == isOverlooked
    }
  }
  fileprivate func foundPrivateWaits(in space: UInt8) -> [Int] { foundPrivateWaits(in: space, false) }
  fileprivate mutating func overlook(_ count: Int, in space: UInt8) {
    for index in foundPrivateWaits(in: space).prefix(count) { queue[index].isOverlooked = true }
  }
  fileprivate mutating func findAll(in space: UInt8) {
    for index in foundPrivateWaits(in: space, true) { queue[index].isOverlooked = false }
  }
}
