import Testing

@testable import Scenario

@Suite struct MutatorTests {
  @Test func mutantsAreValidAndStateNothing() {
    let generator = Generator(.all)
    let mutator = ScenarioMutator(generator)
    var scenario = Scenario()
    var other = Scenario()
    Property.holds { random in
      // A chain of mutants goes farther than mutants of fresh scenarios.
      if random.next() % 16 == 0 {
        other = scenario
        scenario = ScenarioDecoder.decode(Property.bytes(&random, upTo: 120))
      }
      let mutant =
        random.next() % 8 == 0
        ? ScenarioMutator.crossover(scenario, other, using: &random) : mutator.mutate(scenario, using: &random)
      if let problem = mutant.problems().first { return "\(problem)\n\(ScenarioPrinter.print(mutant))" }
      if mutant.operations.contains(where: { $0.stated != nil }) { return "states a result" }
      scenario = mutant
      return nil
    }
  }

  @Test func everyWayChangesSomething() {
    let mutator = ScenarioMutator(Generator(.all))
    let generator = Generator(.all)
    for name in mutator.names {
      var random = SplitMix64(seed: Property.seed)
      var changed = 0
      for _ in 0..<200 {
        let scenario = generator.generate(using: &random)
        if let mutant = mutator.mutate(scenario, by: name, using: &random), mutant != scenario { changed += 1 }
      }
      #expect(changed > 50, "\(name), seed \(Property.seed)")
    }
  }

  @Test func anAliasIsTheSameWord() throws {
    let scenario = try ScenarioParser.parse(
      """
      keywake 1
      process a
      process b
      file f0 memfd pages=4
      a map m0 f0 pages=0..3 shared rw
      b map m1 f0 pages=2..3 shared rw
      a wake m0+0x2010 count=1
      """, file: "")
    let mutator = ScenarioMutator(Generator(.live))
    var random = SplitMix64(seed: Property.seed)
    let expected = Operation(ActorID(1), .wake(Address(SlotID(1), 0x10), count: 1, bitset: .max, .shared))
    let mutants = (0..<20).compactMap { _ in mutator.mutate(scenario, by: "alias", using: &random) }
    #expect(!mutants.isEmpty)
    for mutant in mutants { #expect(mutant.operations.last == expected) }
  }

  @Test func crossoverGoesOnWithTheFirstOnesMemory() throws {
    let first = try ScenarioParser.parse(
      "keywake 1\nprocess left\nleft map m0 anonymous pages=1 shared rw\n", file: "")
    let second = try ScenarioParser.parse("keywake 1\nprocess a\na load m0+4 => 0\n", file: "")
    var random = SplitMix64(seed: Property.seed)
    let texts = (0..<100).map { _ in ScenarioPrinter.print(ScenarioMutator.crossover(first, second, using: &random)) }
    #expect(
      texts.contains("keywake 1\nprocess left\nleft map m0 anonymous pages=1 shared rw\nleft load m0+4\n"))
  }
}
