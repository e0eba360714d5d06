import LiveKernel
import Scenario
import Testing

@Suite(.serialized) struct KeyRunTests {
  @Test(arguments: WaiterKind.allCases) func thePartitionIsFoundByWakingAlone(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      process b
      file f memfd pages=2
      a map x f pages=0..1 shared rw
      b map y f pages=0..1 shared rw
      a map p anonymous pages=1 private rw
      b map p anonymous pages=1 private rw
      a store x+0 41
      keys a.x+0 b.y+0 a.x+4 b.y+0x1000 a.p+0 b.p+0 a.x+0x3000 a.x+0   => keys 0 0 1 2 3 4 EFAULT 0 wakes nobody
      keys a.x+0 b.x+0 a.x+0 a.x+4 private                             => keys 0 EFAULT 0 1
      keys b.y+2                                                       => keys EINVAL
      """, notes: nil)
  }

  @Test(arguments: WaiterKind.allCases) func waitersOfTheScenarioOnTheseKeysAreWoken(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      file f memfd pages=1
      a map x f pages=0..0 shared rw
      a map y f pages=0..0 shared r
      a wait x+0 value=0 bitset=4 -> w1      => waits
      a wait x+4 value=0 -> w2               => waits
      keys a.x+0 a.y+0                       => keys 0 0 wakes w1
      a wake x+0 count=9                     => 0
      a wake x+4 count=9                     => 1 wakes w2
      """)
  }
}
