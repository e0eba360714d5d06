import LiveKernel
import Scenario
import Testing

@Suite(.serialized) struct ProcessRunTests {
  @Test(arguments: WaiterKind.allCases) func aChildHasKeysOfItsOwnForPrivateMemory(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      a map p anonymous pages=1 private rw
      a map s anonymous pages=1 shared rw
      a store p+0 5                      => 0
      a wait p+0 value=5 -> w1           => waits
      a wait p+4 value=0 private -> w2   => waits
      a wait s+0 value=0 -> w3           => waits
      a fork b                           => 0
      b load p+0                         => 5
      b wake p+0 count=9                 => 0 wakes nobody
      b wake p+4 count=9 private         => 0 wakes nobody
      b wake s+0 count=9                 => 1 wakes w3
      b store p+0 6                      => 0
      a load p+0                         => 5
      a wake p+0 count=9                 => 1 wakes w1
      a wake p+4 count=9 private         => 1 wakes w2
      b wait s+0 value=0 -> w4           => waits
      a wake s+0 count=9                 => 1 wakes w4
      """)
  }

  @Test(arguments: WaiterKind.allCases) func waitersDieWithTheirProcess(_ kind: WaiterKind) throws {
    let text = """
      process a
      process b
      file f memfd pages=1
      a map x f pages=0..0 shared rw
      b map x f pages=0..0 shared rw
      b wait x+0 value=0 -> w1           => waits
      a wait x+0 value=0 -> w2           => waits
      b exit                             => 0 wakes nobody
      a wake x+0 count=9                 => 1 wakes w2
      process c
      c map x f pages=0..0 shared rw        => EBADF
      """
    try LiveTest.check(kind, text)
    let kernel = try LiveTest.kernel(kind)
    let run = kernel.run(try LiveTest.scenario(text))
    #expect(run.observations.count == 11)
    if run.observations.count == 11 {
      #expect(run.observations[7].ended == [EndedWaiter(WaiterID(0), .died)])
    }
  }

  @Test(arguments: WaiterKind.allCases) func aThreadSharesTheAddressSpace(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      a map x anonymous pages=1 private rw
      a thread t                         => 0
      t wait x+0 value=0 private -> w1   => waits
      a wait x+0 value=0 private -> w2   => waits
      t wake x+0 count=1 private         => 1 wakes w1
      t store x+4 9                      => 0
      a load x+4                         => 9
      t wait x+0 value=0 private -> w3   => waits
      t exit                             => 0 wakes nobody
      a wake x+0 count=9 private         => 2 wakes w2 w3
      """)
  }

  @Test(arguments: WaiterKind.allCases) func theKernelWakesAtAThreadsEnd(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      a map x anonymous pages=1 private rw
      a thread t                         => 0
      a store x+0 77                     => 0
      t clear-tid x+0                    => 0
      t robust x+64                      => 0
      a wait x+0 value=77 -> w1          => waits
      a wait x+0 value=77 private -> w2  => waits
      t exit                             => 0 wakes w1
      a load x+0                         => 0
      a wake x+0 count=9 private         => 1 wakes w2
      """)
  }
}
