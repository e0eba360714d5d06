import LiveKernel
import Scenario
import Testing

@Suite(.serialized) struct FutexRunTests {
  @Test(arguments: WaiterKind.allCases) func aWakeEndsTheWaiterOfItsWordAlone(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      file f memfd pages=2
      a map x f pages=0..1 shared rw
      a map y f pages=0..1 shared rw
      a wait x+0x10 value=0 -> w         => waits
      a wait x+0x1010 value=0 -> v       => waits
      a wake y+0x14 count=1              => 0 wakes nobody
      a wake y+0x10 count=1              => 1 wakes w
      a wake y+0x10 count=1              => 0 wakes nobody
      a wake y+0x1010 count=1            => 1 wakes v
      """)
  }

  @Test(arguments: WaiterKind.allCases) func privateAndSharedNeverMatch(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      a map x anonymous pages=1 private rw
      a wait x+0 value=0 -> w            => waits
      a wait x+0 value=0 private -> v    => waits
      a wake x+0 count=9                 => 1 wakes w
      a wake x+0 count=9 private         => 1 wakes v
      """)
  }

  @Test(arguments: WaiterKind.allCases) func waitsThatFailAtOnce(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      a map x anonymous pages=1 private rw
      a wait x+0 value=1 -> w            => EAGAIN
      a wait x+2 value=0 -> v            => EINVAL
      a wait y+0 value=0 -> u            => EFAULT
      a wait x+0 value=0 bitset=0 -> t   => EINVAL
      a wait @null+0 value=0 -> s        => EFAULT
      a wait @kernel+0 value=0 -> r      => EFAULT
      a wake x+0 count=9                 => 0 wakes nobody
      """)
  }

  @Test(arguments: WaiterKind.allCases) func bitsetsAndTheOrderOfWaking(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      a map x anonymous pages=1 shared rw
      a wait x+0 value=0 bitset=1 -> w1  => waits
      a wait x+0 value=0 bitset=2 -> w2  => waits
      a wait x+0 value=0 bitset=3 -> w3  => waits
      a wait x+0 value=0 -> w4           => waits
      a wake x+0 count=1 bitset=2        => 1 wakes w2
      a wake x+0 count=9 bitset=4        => 1 wakes w4
      a wake x+0 count=1                 => 1 wakes w1
      a wake x+0 count=1                 => 1 wakes w3
      """)
  }

  @Test(arguments: WaiterKind.allCases) func requeuedWaitersAreFoundAtTheirNewWord(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      process b
      file f memfd pages=1
      a map x f pages=0..0 shared rw
      b map y f pages=0..0 shared rw
      a wait x+0 value=0 -> w1                          => waits
      b wait y+0 value=0 -> w2                          => waits
      a wait x+0 value=0 -> w3                          => waits
      b cmp-requeue y+0 y+8 wake=1 move=1 value=7       => EAGAIN wakes nobody
      b cmp-requeue y+0 y+8 wake=1 move=1 value=0       => 2 wakes w1
      a wake x+8 count=9                                => 1 wakes w2
      a requeue x+0 x+8 wake=0 move=9                   => 1 wakes nobody
      b wake y+8 count=9                                => 1 wakes w3
      """)
  }

  @Test(arguments: WaiterKind.allCases) func cancelEndsASleeperOnce(_ kind: WaiterKind) throws {
    let text = """
      process a
      a map x anonymous pages=1 private rw
      a wait x+0 value=0 -> w            => waits
      a cancel w                         => 1
      a cancel w                         => 0
      a wake x+0 count=9                 => 0
      a wait x+0 value=3 -> v            => EAGAIN
      a cancel v                         => 0
      """
    try LiveTest.check(kind, text)
    let kernel = try LiveTest.kernel(kind)
    let run = kernel.run(try LiveTest.scenario(text))
    #expect(run.observations.count == 8)
    if run.observations.count == 8 {
      #expect(run.observations[3].ended == [EndedWaiter(WaiterID(0), .error(.ECANCELED))])
      #expect(run.observations[4].ended == [])
    }
  }

  @Test(arguments: WaiterKind.allCases) func waitersOfAnotherProcessAreWoken(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      process b
      file f memfd pages=1
      a map x f pages=0..0 shared rw
      b map x f pages=0..0 shared rw
      a wait x+0 value=0 -> w1           => waits
      a wait x+0 value=0 -> w2           => waits
      b wait x+0 value=0 -> w3           => waits
      b wake x+0 count=2                 => 2 wakes w1 w2
      a wake x+0 count=2                 => 1 wakes w3
      """)
  }

  @Test(arguments: WaiterKind.allCases) func timeoutsThatAreOverEndTheWaitItself(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      a map x anonymous pages=1 private rw
      a wait x+0 value=0 timeout=relative-zero -> w0    => ETIMEDOUT
      a wait x+0 value=0 timeout=absolute-past -> w1    => ETIMEDOUT
      a wait x+0 value=0 timeout=relative-short -> w2   => ETIMEDOUT
      a wait x+0 value=0 timeout=absolute-short -> w3   => ETIMEDOUT
      a wait x+0 value=1 timeout=relative-short -> w4   => EAGAIN
      a wait x+0 value=0 timeout=absolute-long -> w5    => waits
      a wait x+0 value=0 timeout=relative-long -> w6    => waits
      a wake x+0 count=9                                => 2 wakes w5 w6
      """)
  }
}
