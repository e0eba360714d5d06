/// Makes a race of neighbours with different actors, or a sequence of a race.
struct RaceMutator: Mutator {
  func mutate<Random: RandomNumberGenerator>(_ scenario: Scenario, using random: inout Random) -> Scenario? {
    guard !scenario.elements.isEmpty else { return nil }
    var mutant = scenario
    let start = random.below(mutant.elements.count)
    if case .race(let lanes) = mutant.elements[start] {
      let sequence = lanes.flatMap { lane in
        lane.operations.map { operation in
          var operation = operation
          operation.actor = lane.actor
          return Scenario.Element.operation(operation)
        }
      }
      mutant.elements.replaceSubrange(start...start, with: sequence)
      return mutant
    }
    let end = min(start + random.number(2...6), mutant.elements.count)
    var lanes: [Scenario.Lane] = []
    var taken = start
    while taken < end, case .operation(let operation) = mutant.elements[taken], let actor = operation.actor {
      if let lane = lanes.firstIndex(where: { $0.actor == actor }) {
        lanes[lane].operations.append(operation)
      } else if lanes.count < Limits.lanes {
        lanes.append(Scenario.Lane(actor, [operation]))
      } else {
        break
      }
      taken += 1
    }
    guard lanes.count > 1 else { return nil }
    mutant.elements.replaceSubrange(start..<taken, with: [.race(lanes)])
    return mutant
  }
}
