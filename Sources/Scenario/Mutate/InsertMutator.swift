/// Puts a new operation somewhere, drawn so that it fits there.
struct InsertMutator: Mutator {
  let generator: Generator

  func mutate<Random: RandomNumberGenerator>(_ scenario: Scenario, using random: inout Random) -> Scenario? {
    var mutant = scenario
    let place = random.number(0...scenario.elements.count)
    var draft = Draft(random: random, profile: generator.profile, chances: generator.weights.chances)
    for element in scenario.elements[..<place] { draft.sketch.perform(element) }
    draft.chooseFavourites()
    let operation = generator.operation(&draft)
    random = draft.random
    guard let operation else { return nil }
    mutant.elements.insert(.operation(operation), at: place)
    return mutant
  }
}
