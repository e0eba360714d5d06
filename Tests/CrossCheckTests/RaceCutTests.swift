import Contract
import CrossCheck
import Scenario
import Testing

/// Races of chance, made small enough for their outcomes to be listed.
@Suite struct RaceCutTests {
  @Test func cutRacesAreValidAndSmall() {
    let seed = UInt64(41)
    var random = SplitMix64(seed: seed)
    var generator = Generator(.liveBasic)
    generator.makesLiveRaces = true
    generator.length = 4...14
    var races = 0
    for _ in 0..<150 {
      let scenario = generator.generate(using: &random)
      guard scenario.hasRace else { continue }
      races += 1
      let cut = RaceCut.cut(scenario, release: .newest) ?? scenario
      #expect(cut.problems().isEmpty, "seed \(seed): \(ScenarioPrinter.print(cut))")
      #expect(RaceCut.cut(cut, release: .newest) == nil)
    }
    #expect(races > 30, "seed \(seed)")
  }
}
