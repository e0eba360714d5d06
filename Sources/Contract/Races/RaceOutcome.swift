import Scenario

/// What a race came to: each lane's results, and the waiters that ended while it ran.
public struct RaceOutcome: Hashable, Sendable {
  /// Lane by lane, in the order of the lane's operations.
  public var results: [[PromisedResult]]
  /// In ascending order of the waiters.
  public var ended: [EndedWaiter]

  public init(results: [[PromisedResult]], ended: [EndedWaiter]) {
    self.results = results
    self.ended = ended.sorted { $0.waiter < $1.waiter }
  }

  public func allows(results observed: [[OperationResult]], ended observedEnds: [EndedWaiter]) -> Bool {
    results.count == observed.count && ended.count == observedEnds.count
      && zip(results, observed).allSatisfy { lane, seen in
        lane.count == seen.count && zip(lane, seen).allSatisfy { $0.allows($1) }
      }
      && zip(ended, observedEnds).allSatisfy { $0.waiter == $1.waiter && $0.end.allows($1.end) }
  }
}

/// The outcomes that a race may have.
public struct RacePromise: Hashable, Sendable {
  public struct Allowed: Hashable, Sendable {
    public var outcome: RaceOutcome
    /// Needs an EFAULT that no order of the operations gives, but that the kernel is allowed: a shared call beside a
    /// truncation or hole punch of the object whose key it derives.
    public var hasSpuriousFault: Bool
  }
  /// In the order in which they were found; an outcome that also comes without a spurious EFAULT is not marked.
  public var allowed: [Allowed]
  /// Why there is no promise: an operation outside the Contract, or more nodes than the bound.
  public var unsupported: String?
  /// How many nodes (places in the lanes, with a state and the results so far) were looked at.
  public var nodes: Int

  init(allowed: [Allowed] = [], unsupported: String?, nodes: Int = 0) {
    self.allowed = allowed
    self.unsupported = unsupported
    self.nodes = nodes
  }

  public func allows(results: [[OperationResult]], ended: [EndedWaiter]) -> Bool {
    unsupported != nil || allowed.contains { $0.outcome.allows(results: results, ended: ended) }
  }
}
