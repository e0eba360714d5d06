/// Does one operation again, at once or later.
struct DuplicateMutator: Mutator {
  func mutate<Random: RandomNumberGenerator>(_ scenario: Scenario, using random: inout Random) -> Scenario? {
    guard let position = scenario.anyPosition(using: &random) else { return nil }
    var mutant = scenario
    let copy = scenario[position]
    if random.percent(50) {
      mutant.insert(copy, at: position)
    } else {
      let place = random.number(position.element...mutant.elements.count)
      mutant.elements.insert(.operation(copy), at: place)
    }
    return mutant
  }
}
