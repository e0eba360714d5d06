import Scenario

/// A race of a scenario as a litmus test, with the way back from what the lanes recorded to results.
public struct ScenarioRace: Sendable {
  public var litmus: Litmus
  var readings: [[ScenarioReading]]
  var waits: [Place]
  var cancels: [Place]
  var contents: PageContents

  /// An operation of a lane that is about a waiter.
  struct Place: Sendable {
    var waiter: WaiterID = WaiterID(0)
    var lane: Int
    var operation: Int

    func of(_ waiter: WaiterID) -> Place { Place(waiter: waiter, lane: lane, operation: operation) }
  }

  /// The waiters that ended in a run with these results, ascending.
  ///
  /// - Parameters:
  ///   - before: waiters that slept when the race began.
  ///   - sleeping: those that sleep at its end.
  public func ended(_ results: [[OperationResult]], before: Set<UInt8>, sleeping: [UInt8]) -> [EndedWaiter] {
    let slept = before.union(
      waits.filter { results[$0.lane][$0.operation] == .waiting }.map(\.waiter.index))
    return slept.subtracting(sleeping).sorted().map { number in
      let isCancelled = cancels.contains {
        $0.waiter.index == number && results[$0.lane][$0.operation] == .value(1)
      }
      return EndedWaiter(WaiterID(number), isCancelled ? .error(.ECANCELED) : .woken)
    }
  }

  /// What one final state of the race means in the language; `nil` when a lane did not come to its end.
  public func results(_ recorded: [[UInt8]]) -> [[OperationResult]]? {
    var all: [[OperationResult]] = []
    for (lane, readings) in readings.enumerated() {
      var rest = recorded[lane][...]
      var results: [OperationResult] = []
      for reading in readings {
        guard rest.count >= reading.records,
          let result = try? reading.result(Array(rest.prefix(reading.records)), contents)
        else { return nil }
        rest = rest.dropFirst(reading.records)
        results.append(result)
      }
      all.append(results)
    }
    return all
  }
}
