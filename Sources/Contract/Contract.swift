import Scenario

/// The promise, followed along a run: what the next operation may come to, and whether what came was allowed.
///
/// Where a choice of the kernel's cannot be seen at once, several states stay possible; each later observation
/// keeps those that it agrees with.
public struct Contract: Hashable, Sendable {
  public let release: KernelRelease
  /// The states that all observations so far agree with; never empty.
  public internal(set) var states: [ContractState]
  /// Why the run can no longer be followed: from then on nothing is promised.
  public internal(set) var lost: String?

  public init(release: KernelRelease) {
    self.release = release
    states = [ContractState(release: release)]
  }

  /// What one operation may come to, with the state after each way.
  private struct Outlook {
    var ways: [(way: Way, state: ContractState)] = []
    var unsupported: String?
    var promise: Promise {
      if let unsupported { return .unsupported(unsupported) }
      var distinct: [Way] = []
      for (way, _) in ways where !distinct.contains(where: { $0.isSame(as: way) }) { distinct.append(way) }
      return Promise(distinct)
    }
  }

  private func outlook(_ operation: Operation) -> Outlook {
    var outlook = Outlook()
    if let lost {
      outlook.unsupported = lost
      return outlook
    }
    for state in states {
      var script: [Int]? = []
      while let answers = script {
        var step = Step(script: answers)
        var after = state
        do {
          let result = try after.perform(operation, &step)
          outlook.ways.append((Way(result, step), after))
        } catch {
          outlook.unsupported = error.reason
          return outlook
        }
        script = step.next
      }
    }
    return outlook
  }

  /// What the operation may come to. Nothing changes.
  public func promise(for operation: Operation) -> Promise { outlook(operation).promise }

  /// Does the operation and keeps every state that it may lead to.
  @discardableResult public mutating func step(_ operation: Operation) -> Promise {
    let outlook = outlook(operation)
    if outlook.unsupported == nil { keep(outlook.ways.map(\.state)) }
    return outlook.promise
  }

  /// Does the operation as it was observed, or throws the disagreement when no way allows that. The state after a
  /// disagreement is of no use.
  /// - Returns: why nothing is promised of it, for an operation outside the Contract; then nothing changes.
  @discardableResult public mutating func step(_ operation: Operation, observed: Observation) throws(Disagreement)
    -> String?
  {
    if states.count == 1, lost == nil, !states[0].leavesChoice(operation) {
      return try stepInPlace(operation, observed)
    }
    let outlook = outlook(operation)
    if let reason = outlook.unsupported { return reason }
    let agreeing = outlook.ways.filter { $0.way.allows(observed) }
    if agreeing.isEmpty { throw Disagreement(outlook.promise, observed) }
    keep(agreeing.map(\.state))
    return nil
  }

  /// The same for an operation that leaves the kernel no choice, without a copy of the state.
  private mutating func stepInPlace(_ operation: Operation, _ observed: Observation) throws(Disagreement) -> String? {
    var step = Step()
    let result: PromisedResult
    do {
      result = try states[0].perform(operation, &step)
    } catch {
      return error.reason
    }
    if !step.asked.isEmpty {
      lost = "\(operation.kind.keyword) asked for a choice that was not foreseen"
      return lost
    }
    if step.ended.isEmpty, observed.ended.isEmpty, result.allows(observed.result) { return nil }
    let way = Way(result, step)
    if !way.allows(observed) { throw Disagreement(Promise([way]), observed) }
    return nil
  }

  /// How many states are kept at most. Each doubling needs a choice that no later observation has settled.
  public static let stateLimit = 256

  mutating func keep(_ states: [ContractState]) {
    var distinct: [ContractState] = []
    for state in states where !distinct.contains(state) { distinct.append(state) }
    if distinct.count > Self.stateLimit { lost = "more than \(Self.stateLimit) states are possible" }
    self.states = Array(distinct.prefix(Self.stateLimit))
  }
}
