/// Lets another actor do an operation, or a lane.
struct RetargetMutator: Mutator {
  func mutate<Random: RandomNumberGenerator>(_ scenario: Scenario, using random: inout Random) -> Scenario? {
    guard let position = scenario.anyPosition(using: &random) else { return nil }
    var mutant = scenario
    let other = ActorID(UInt8(random.below(Limits.actors)))
    if let lane = position.lane, case .race(var lanes) = scenario.elements[position.element] {
      lanes[lane].actor = other
      mutant.elements[position.element] = .race(lanes)
      return mutant
    }
    var operation = scenario[position]
    if case .keys(var words, let isPrivate) = operation.action {
      guard !words.isEmpty else { return nil }
      words[random.below(words.count)].actor = other
      operation.action = .keys(words, isPrivate: isPrivate)
    } else if operation.actor != nil {
      operation.actor = other
    } else {
      return nil
    }
    mutant[position] = operation
    return mutant
  }
}
