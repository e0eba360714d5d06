import Scenario

extension Contract {
  /// What each operation of a scenario may come to, in the order of `Scenario.operations`, when nothing is observed.
  /// Operations inside a race are predicted together only: see `allowedOutcomes(of:)`.
  public static func predict(_ scenario: Scenario, release: KernelRelease) -> [Promise] {
    var contract = Contract(release: release)
    return scenario.elements.flatMap { element -> [Promise] in
      switch element {
      case .operation(let operation): return [contract.step(operation)]
      case .race(let lanes):
        contract.step(race: lanes)
        return lanes.flatMap { $0.operations.map { _ in Promise.unsupported("inside a race") } }
      }
    }
  }

  /// The nodes (places in the lanes, with a state and the results so far) at which the search for a race's outcomes gives
  /// up, and says so.
  public static let raceNodeLimit = 20_000

  /// The outcomes that a race may have: those of all interleavings, each operation atomic, and those with an EFAULT
  /// of the allow-list, which are marked.
  ///
  /// - Parameter nodes: how many the search may look at; with more, nothing is said.
  public func allowedOutcomes(of lanes: [Scenario.Lane], nodes: Int = Self.raceNodeLimit) -> RacePromise {
    if let lost { return RacePromise(unsupported: lost) }
    return RaceSearch(lanes, from: states, nodeLimit: nodes).promise
  }

  /// Does a race and keeps every state that it may leave.
  @discardableResult public mutating func step(race lanes: [Scenario.Lane]) -> RacePromise {
    if let lost { return RacePromise(unsupported: lost) }
    let search = RaceSearch(lanes, from: states)
    if let reason = search.unsupported {
      lost = reason
    } else {
      keep(search.states)
    }
    return search.promise
  }
}
