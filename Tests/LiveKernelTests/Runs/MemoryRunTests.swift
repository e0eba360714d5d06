import LiveKernel
import Scenario
import Testing

@Suite(.serialized) struct MemoryRunTests {
  @Test(arguments: WaiterKind.allCases) func truncatedMemoryHasNoKey(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      file f memfd pages=2
      a map x f pages=0..1 shared rw
      a store x+0x1000 5                 => 0
      a wake x+0x1000 count=1            => 0
      a truncate f pages=1               => 0
      a wake x+0x1000 count=1            => EFAULT
      a wake x+0x1000 count=1 private    => 0
      a load x+0x1000                    => SIGBUS
      a wake x+0 count=1                 => 0
      a grow f pages=2                   => 0
      a load x+0x1000                    => 0
      a wake x+0x1000 count=1            => 0
      """)
  }

  @Test(arguments: WaiterKind.allCases) func protectionsAndUnmapping(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      a map x anonymous pages=3 private rw
      a store x+0 1                      => 0
      a protect x r pages=0..0              => 0
      a store x+0 2                      => SIGSEGV
      a load x+0                         => 1
      a wake x+0 count=1                 => EFAULT
      a protect x none pages=1..1           => 0
      a load x+0x1000                    => SIGSEGV
      a unmap x pages=2..2                  => 0
      a load x+0x2000                    => SIGSEGV
      a protect x rw                     => 0
      a load x+0x1000                    => 0
      a unmap x                          => 0
      a unmap x                          => 0
      a load x+0                         => SIGSEGV
      a store @null+0 1                  => SIGSEGV
      a load @kernel+0                   => SIGSEGV
      """)
  }

  @Test(arguments: WaiterKind.allCases) func movedMappingsKeepFileKeysAndLoseAnonymousOnes(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      file f memfd pages=2
      a map x f pages=0..1 shared rw
      a map p anonymous pages=2 private rw
      a store p+0x1000 7                 => 0
      a wait x+0x1000 value=0 -> w       => waits
      a wait p+0x1000 value=7 -> v       => waits
      a remap x y                        => 0
      a remap p q                        => 0
      a load q+0x1000                    => 7
      a load p+0x1000                    => SIGSEGV
      a wake y+0x1000 count=1            => 1 wakes w
      a wake q+0x1000 count=1            => 0 wakes nobody
      a remap y x duplicate              => 0
      a store x+0 3                      => 0
      a load y+0                         => 3
      a remap q p duplicate              => EINVAL
      """)
  }

  @Test(arguments: WaiterKind.allCases) func privateCopiesAndDiscardedPages(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      file f memfd pages=1
      a map x f pages=0..0 shared rw
      a map y f pages=0..0 private rw
      a store x+0 1                      => 0
      a load y+0                         => 1
      a store y+0 2                      => 0
      a load x+0                         => 1
      a dontneed y                       => 0
      a load y+0                         => 1
      a punch f pages=0..0               => 0
      a load x+0                         => 0
      a store x+0 4                      => 0
      a remove x                         => 0
      a load x+0                         => 0
      a lock-memory x                    => 0
      a swapin x                         => 0
      """)
  }

  @Test func pagesThatCannotLeaveAreReported() throws {
    // A swap file, of another test or of a run beside the tests, would be a place to go to.
    try HostLock.hold {
      try LiveTest.check(
        .ring,
        """
        process a
        a map x anonymous pages=2 private rw
        a lock-memory x pages=0..0
        a store x+0 1
        a store x+0x1000 1
        a pageout x pages=1..1
        a load x+0x1000                    => 1
        """, notes: HostSupport.hostSwaps ? nil : ["page 1 of x did not leave"]
      ) { $0.swap = false }
    }
  }

  @Test func cleanPagesOfADiskFileLeave() throws {
    try LiveTest.check(
      .ring,
      """
      process a
      file f disk pages=1
      a map x f pages=0..0 shared rw
      a store x+0 1                      => 0
      a drop-caches f                    => 0
      a wait x+0 value=1 -> w            => waits
      a pageout x                        => 0
      a drop-caches f                    => 0
      a wake x+0 count=1                 => 1 wakes w
      a load x+0                         => 1
      """, notes: nil)
  }
}
