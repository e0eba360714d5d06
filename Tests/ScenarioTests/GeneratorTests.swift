import Testing

@testable import Scenario

@Suite struct GeneratorTests {
  private static func statistics(_ profile: Generator.Profile, _ count: UInt64) -> ScenarioStatistics {
    let generator = Generator(profile)
    var statistics = ScenarioStatistics()
    var random = SplitMix64(seed: Property.seed)
    for _ in 0..<count { statistics.add(generator.generate(using: &random)) }
    return statistics
  }

  @Test(arguments: Generator.Profile.allCases) func muchHappens(profile: Generator.Profile) {
    let statistics = Self.statistics(profile, 2000)
    #expect(statistics.shareOfWakesThatFind >= 0.5, "seed \(Property.seed)")
    #expect(statistics.shareOfWordsWithAlias >= 1.0 / 3, "seed \(Property.seed)")
    #expect(statistics.wakes > 2000)
    #expect((statistics.races > 0) == (profile == .all))
  }

  @Test func everyProfileHasItsOperationsAndNoOther() {
    for profile in Generator.Profile.allCases {
      let statistics = Self.statistics(profile, 3000)
      for kind in OperationKind.allCases {
        let occurs = MemoryKind.allCases.contains { statistics.count(kind, $0) > 0 }
        #expect(occurs == profile.allows(kind), "\(kind) in \(profile), seed \(Property.seed)")
      }
    }
  }

  @Test func theSameSeedGivesTheSameScenario() {
    let generator = Generator(.all)
    for seed in UInt64(0)..<50 {
      var first = SplitMix64(seed: seed)
      var second = SplitMix64(seed: seed)
      #expect(generator.generate(using: &first) == generator.generate(using: &second))
      #expect(first == second)
    }
  }

  @Test func statisticsAddUp() {
    var both = Self.statistics(.live, 100)
    let one = both
    both.add(one)
    #expect(both.scenarios == 200)
    #expect(both.wakesThatFind == 2 * one.wakesThatFind)
    #expect(both.rendered().contains("scenarios            200"))
  }

  @Test func generatedScenariosAreValid() {
    let generators = Generator.Profile.allCases.map { Generator($0) }
    Property.holds { random in
      let generator = generators[Int(random.next() % 3)]
      let scenario = generator.generate(using: &random)
      if let problem = scenario.problems().first { return "\(problem)\n\(ScenarioPrinter.print(scenario))" }
      return nil
    }
  }
}
