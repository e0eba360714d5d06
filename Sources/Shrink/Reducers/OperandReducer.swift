import Scenario

/// Makes operands simpler: as many as possible at once their simplest value, the rest one after the other a simpler
/// one.
struct OperandReducer: Reducer {
  let name = "operands"

  /// An operand: of which operation, by index into `operations`, and which of its operands.
  private struct Place: Hashable {
    var operation: Int
    var operand: Int
    var choices: Int
  }

  func reduce(_ bench: inout Workbench) {
    let places = bench.best.operations.enumerated().flatMap { index, operation in
      Simpler.choices(of: operation.action).enumerated().compactMap { operand, choices in
        choices > 0 ? Place(operation: index, operand: operand, choices: choices) : nil
      }
    }
    simplify(places[...], &bench)
  }

  /// All of them at once, else each half by itself.
  private func simplify(_ places: ArraySlice<Place>, _ bench: inout Workbench) {
    guard !places.isEmpty, bench.stopped == nil else { return }
    if bench.attempt(Self.scenario(bench.best, places.map { ($0, 0) })) { return }
    guard places.count == 1, let place = places.first else {
      let middle = places.startIndex + places.count / 2
      simplify(places[middle...], &bench)
      simplify(places[..<middle], &bench)
      return
    }
    let best = bench.best
    _ = bench.attemptFirst((1..<max(place.choices, 1)).map { Self.scenario(best, [(place, $0)]) })
  }

  private static func scenario(_ best: Scenario, _ changes: [(place: Place, rank: Int)]) -> Scenario {
    let located = best.locatedOperations
    var scenario = best
    let byOperation = Dictionary(grouping: changes, by: \.place.operation)
    for (index, changes) in byOperation where index < located.count {
      let position = located[index].position
      let ranks = Dictionary(uniqueKeysWithValues: changes.map { ($0.place.operand, $0.rank) })
      scenario[position].action = Simpler.replacing(ranks, in: scenario[position].action)
    }
    return scenario
  }
}
