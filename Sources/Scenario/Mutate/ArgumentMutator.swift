/// Changes one operand of one operation.
struct ArgumentMutator: Mutator {
  func mutate<Random: RandomNumberGenerator>(_ scenario: Scenario, using random: inout Random) -> Scenario? {
    guard let position = scenario.anyPosition(using: &random) else { return nil }
    var operation = scenario[position]
    var counter = OperandChanger(random: random, target: -1)
    operation.action.visitOperands(&counter)
    guard counter.count > 0 else { return nil }
    var changer = OperandChanger(random: random, target: -1)
    changer.target = changer.random.below(counter.count)
    operation.action.visitOperands(&changer)
    random = changer.random
    var mutant = scenario
    mutant[position] = operation
    return mutant
  }
}
