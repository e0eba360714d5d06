import LiveKernel
import Scenario
import Testing

@Suite(.serialized) struct FurtherCallTests {
  @Test(arguments: WaiterKind.allCases) func waitvIsWokenByAnyOfItsWords(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      a map x anonymous pages=1 private rw
      a waitv x+0 value=0 futex2, x+4 value=0 private futex2 -> w1    => waits
      a waitv x+0 value=0 futex2, x+4 value=5 futex2 -> w2            => EAGAIN
      a wake x+4 count=9                                              => 0 wakes nobody
      a wake x+4 count=9 private                                      => 1 wakes w1
      a wake x+0 count=9                                              => 0 wakes nobody
      a waitv x+0 value=0 futex2, x+0 value=0 futex2 -> w3            => waits
      a wake x+0 count=9                                              => 2 wakes w3
      """)
  }

  @Test(arguments: WaiterKind.allCases) func futex2AndTheOldCallMeet(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      a map x anonymous pages=1 shared rw
      a wait x+0 value=0 futex2 -> w1                     => waits
      a wake x+0 count=1                                  => 1 wakes w1
      a wait x+0 value=0 -> w2                            => waits
      a wake x+0 count=1 futex2                           => 1 wakes w2
      a wait x+0 value=0 futex2 size=u8 -> w3             => EINVAL
      a wait x+0 value=0 -> w4                            => waits
      a wait x+0 value=0 -> w5                            => waits
      a cmp-requeue x+0 x+8 wake=1 move=1 value=0 futex2  => 2 wakes w4
      a wake x+8 count=1                                  => 1 wakes w5
      """)
  }

  @Test(arguments: WaiterKind.allCases) func wakeOpChangesTheSecondWord(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      a map x anonymous pages=1 shared rw
      a wait x+0 value=0 -> w1                                      => waits
      a wait x+8 value=0 -> w2                                      => waits
      a wake-op x+0 x+8 wake=1 wake2=1 op=add:5 cmp=eq:1            => 1 wakes w1
      a load x+8                                                    => 5
      a wake-op x+0 x+8 wake=1 wake2=1 op=set:-1 cmp=eq:5           => 1 wakes w2
      a load x+8                                                    => 0xffffffff
      a wake-op x+0 x+8 wake=1 wake2=1 op=set:7 cmp=unknown:0       => ENOSYS
      a load x+8                                                    => 7
      """)
  }

  @Test(arguments: WaiterKind.allCases) func priorityInheritanceLocks(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      a map x anonymous pages=1 private rw
      a thread t
      a lock-pi x+0                      => 0
      a lock-pi x+0                      => EDEADLK
      t lock-pi x+0                      => ETIMEDOUT
      t trylock-pi x+0                   => EAGAIN
      t unlock-pi x+0                    => EPERM
      a unlock-pi x+0                    => 0
      t trylock-pi x+0                   => 0
      """, notes: nil)
  }

  @Test(arguments: WaiterKind.allCases) func addressesOutsideEverySlot(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      process b
      keys a.@text+0 b.@text+0 a.@text+4 a.@vdso+0 a.@vsyscall+0 a.@kernel+0    => keys 0 0 1 EFAULT EFAULT EFAULT
      a wake @vsyscall+0 count=1 private                                        => EFAULT
      a wake @vdso+0 count=1 private                                            => 0
      """)
  }

  @Test(arguments: WaiterKind.allCases) func transparentHugePages(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      a map x anonymous pages=2 private rw huge
      a store x+0x3000 6                 => 0
      a wait x+0x3000 value=6 -> w1      => waits
      a split x pages=0..0               => 0
      a wake x+0x3000 count=1            => 1 wakes w1
      a load x+0x3000                    => 6
      a unmap x pages=0..0               => 0
      a load x+0x1ff000                  => SIGSEGV
      a load x+0x200000                  => 0
      """, notes: nil)
  }

  /// Two runs at once have different text, so neither finds the other's waiters there.
  @Test func textIsOfOneRunAlone() throws {
    let first = try LiveTest.kernel(.ring)
    let second = try LiveTest.kernel(.ring)
    let scenario = try LiveTest.scenario(
      "process a\nfile f memfd pages=1\na wait @text+0 value=0 timeout=relative-short -> w\na wake @text+0 count=9 => 0"
    )
    for _ in 0..<20 {
      LiveTest.check(scenario, first.run(scenario))
      LiveTest.check(scenario, second.run(scenario))
    }
    #expect(first.paths != second.paths)
  }
}
