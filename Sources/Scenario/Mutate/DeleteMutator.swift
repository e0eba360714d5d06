/// Takes one operation out, or a short run of elements.
struct DeleteMutator: Mutator {
  func mutate<Random: RandomNumberGenerator>(_ scenario: Scenario, using random: inout Random) -> Scenario? {
    guard let position = scenario.anyPosition(using: &random) else { return nil }
    var mutant = scenario
    if random.percent(80) {
      mutant.remove(at: position)
    } else {
      let end = min(position.element + random.number(1...4), mutant.elements.count)
      mutant.elements.removeSubrange(position.element..<end)
    }
    return mutant
  }
}
