import Scenario

extension Contract {
  /// Does a race as it was observed, and keeps the states that agree with it.
  ///
  /// - Parameters:
  ///   - results: lane by lane, in the order of the lane's operations.
  ///   - ended: the waiters that ended while it ran.
  /// - Returns: whether the outcome is allowed; `nil` when nothing is promised, and nothing more can be followed. After
  ///   an outcome that is not allowed the states are of no use.
  public mutating func step(race lanes: [Scenario.Lane], results: [[OperationResult]], ended: [EndedWaiter]) -> Bool? {
    if lost != nil { return nil }
    let search = RaceSearch(lanes, from: states)
    if let reason = search.unsupported {
      lost = reason
      return nil
    }
    let ended = ended.sorted { $0.waiter < $1.waiter }
    let agreeing = search.ends.filter { $0.outcome.allows(results: results, ended: ended) }
    keep(agreeing.map(\.state))
    return !agreeing.isEmpty
  }
}
