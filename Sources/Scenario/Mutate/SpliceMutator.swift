/// Moves a run of elements to another place.
struct SpliceMutator: Mutator {
  func mutate<Random: RandomNumberGenerator>(_ scenario: Scenario, using random: inout Random) -> Scenario? {
    guard scenario.elements.count > 2 else { return nil }
    var mutant = scenario
    let start = random.below(mutant.elements.count)
    let end = min(start + random.number(1...5), mutant.elements.count)
    let run = Array(mutant.elements[start..<end])
    mutant.elements.removeSubrange(start..<end)
    let place = random.number(0...mutant.elements.count)
    mutant.elements.insert(contentsOf: run, at: place)
    return mutant
  }
}
