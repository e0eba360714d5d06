import Scenario

/// A race of a scenario as a litmus test, with the way back from what the lanes recorded to results.
public struct ScenarioRace: Sendable {
  public var litmus: Litmus
  var readings: [[ScenarioReading]]
  var waits: [Wait]
  var ends: [End]
  var contents: PageContents

  struct Wait: Sendable {
    var waiter: WaiterID
    var lane: Int
    var operation: Int
  }
  /// An operation that ends a waiter, if what it records is 1.
  struct End: Sendable {
    var waiter: WaiterID
    var how: WaitEnd
    var lane: Int
    var record: Int
  }

  /// The waiters that ended in a run with these results, ascending.
  ///
  /// - Parameters:
  ///   - recorded: what these results were read from.
  ///   - before: waiters that slept when the race began.
  ///   - sleeping: those that sleep at its end.
  public func ended(
    _ results: [[OperationResult]], recorded: [[UInt8]], before: Set<UInt8>, sleeping: [UInt8]
  ) -> [EndedWaiter] {
    let slept = before.union(
      waits.filter { results[$0.lane][$0.operation] == .waiting }.map(\.waiter.index))
    return slept.subtracting(sleeping).sorted().map { number in
      let end = ends.first {
        $0.waiter.index == number && recorded[$0.lane].indices.contains($0.record) && recorded[$0.lane][$0.record] == 1
      }
      return EndedWaiter(WaiterID(number), end?.how ?? .woken)
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
