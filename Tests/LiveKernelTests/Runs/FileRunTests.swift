import LiveKernel
import Scenario
import Testing

@Suite(.serialized) struct FileRunTests {
  @Test(arguments: [FileKind.tmpfs, .disk]) func namesComeAndGo(_ kind: FileKind) throws {
    try LiveTest.check(
      .ring,
      """
      file g \(kind.keyword) pages=1
      process a
      file f \(kind.keyword) pages=1
      process b
      b reopen g                         => 0
      b map z g pages=0..0 shared rw        => 0
      a map x f pages=0..0 shared rw        => 0
      a map y g pages=0..0 shared rw        => EBADF
      b map x f pages=0..0 shared rw        => EBADF
      b reopen f                         => 0
      b map x f pages=0..0 shared rw        => 0
      a wait x+0 value=0 -> w1           => waits
      a wait x+0 value=0 -> w2           => waits
      b wake x+0 count=1                 => 1 wakes w1
      a rename f                         => 0
      b close f                          => 0
      b reopen f                         => 0
      b map y f pages=0..0 shared rw        => 0
      b wake y+0 count=1                 => 1 wakes w2
      b unlink f                         => 0
      a reopen f                         => ENOENT
      a unlink f                         => ENOENT
      a rename f                         => ENOENT
      a truncate f pages=0               => 0
      a close f                          => 0
      a close f                          => EBADF
      a grow f pages=1                   => EBADF
      b load y+0                         => SIGBUS
      """)
  }

  @Test(arguments: WaiterKind.allCases) func everyProcessThatIsAliveHasTheFile(_ kind: WaiterKind) throws {
    try LiveTest.check(
      kind,
      """
      process a
      process b
      file f memfd pages=1
      file s anonymous-shared pages=2
      file v sysv pages=2
      a close f                          => 0
      b map x f pages=0..0 shared rw        => 0
      b store x+0 3                      => 0
      a map x f pages=0..0 shared rw        => EBADF
      a map s s pages=1..1 shared rw        => 0
      b map s s pages=0..1 shared rw     => 0
      a map v v pages=0..1 shared rw     => 0
      b map v v pages=0..1 shared r      => 0
      b wait s+0x1000 value=0 -> w1      => waits
      b wait v+0x1000 value=0 -> w2      => waits
      a wake s+0 count=9                 => 1 wakes w1
      a wake v+0x1000 count=9            => 1 wakes w2
      b store v+0 1                      => SIGSEGV
      """)
  }
}
