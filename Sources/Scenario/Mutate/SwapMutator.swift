/// Lets two operations change places.
struct SwapMutator: Mutator {
  func mutate<Random: RandomNumberGenerator>(_ scenario: Scenario, using random: inout Random) -> Scenario? {
    var mutant = scenario
    guard let first = scenario.anyPosition(using: &random), scenario.elements.count > 1 else { return nil }
    if random.percent(50) {
      let next = first.element + 1 < mutant.elements.count ? first.element + 1 : first.element - 1
      mutant.elements.swapAt(first.element, next)
      return mutant
    }
    guard let second = scenario.anyPosition(using: &random), first != second else { return nil }
    mutant[first] = scenario[second]
    mutant[second] = scenario[first]
    return mutant
  }
}
