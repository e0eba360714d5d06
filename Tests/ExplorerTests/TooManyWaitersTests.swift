import Explorer
import Machine
import Scenario
import Testing

@Suite struct TooManyWaitersTests {
  /// The Machine's bucket has room for four: a race that could fill it is not run, and no rule of a kernel is broken.
  @Test func aRaceWithMoreWaitersThanTheMachineHasIsSkipped() throws {
    func verdict(_ before: String) throws -> ScenarioExploration.Verdict {
      try explored(
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

        """
      ).verdict
    }
    #expect(try verdict("a wait x+0 value=0 -> w0") == .skipped("more than 4 waiters at a time"))
    #expect(try verdict("# nobody waits") == .agree)
  }
}
