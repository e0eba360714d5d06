import Explorer
import Machine
import Scenario
import Testing

@Suite struct TooManyWaitersTests {
  /// The Machine's bucket has room for four: a race that could fill it is not run, and no rule of a kernel is broken.
  @Test func aRaceWithMoreWaitersThanTheMachineHasIsSkipped() throws {
    func scenario(_ before: String) throws -> Scenario {
      try ScenarioParser.parse(
        Array(
          """
          keywake 1
          process a
          process b
          file f memfd pages=1
          a map x f pages=0..0 shared rw
          b map y f pages=0..0 shared rw
          \(before)
          race
            lane a: wait x+0 value=0 -> w1 ; wait x+0 value=0 -> w2
            lane b: wait y+0 value=0 -> w3 ; wait y+0 value=0 -> w4
          end

          """.utf8), file: "waiters.kw")
    }
    func verdict(_ scenario: Scenario) throws -> ScenarioExploration.Verdict {
      try ScenarioExploration.run(
        scenario, file: "waiters.kw", variant: "derive.current", library: .builtIn(),
        search: { ExhaustiveSearch.run($0) }
      ).verdict
    }
    #expect(try verdict(scenario("a wait x+0 value=0 -> w0")) == .skipped("more than 4 waiters at a time"))
    #expect(try verdict(scenario("# nobody waits")) == .agree)
  }
}
