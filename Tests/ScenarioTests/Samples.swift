import Scenario

/// Texts that several tests read.
enum Samples {
  /// Each operation, each flag and each form of a stated result at least once.
  static let everything = """
    keywake 1
    # Everything the language has.
    process a
    process b
    file f0 memfd pages=2
    file f1 memfd-hugetlb pages=1
    file f2 tmpfs pages=8
    file f3 disk pages=0
    file f4 anonymous-shared pages=1
    file f5 sysv pages=3
    file f6 memfd-thp pages=2
    a map m0 f0 pages=0..1 shared rw
    b map m1 f0 pages=1..2 private r populate huge
    a map m2 anonymous pages=3 private w hugetlb
    a map m3 anonymous pages=8 shared none populate huge hugetlb
    a map m4 f5 pages=0..2 shared r huge
    a wait m0+0x10 value=0 -> w0            => waits wakes nobody
    a wait m0+0x10 value=0x10 bitset=0x80000000 timeout=relative-short private -> w1 => ETIMEDOUT
    a wait m0+0 value=1 timeout=absolute-past private futex2 size=u8 numa mpol -> w2 => errno:77
    a waitv m0+0 value=0 private, m1+4 value=0xffffffff size=u64 numa, @vdso+8 value=3 timeout=absolute-long -> w3
    a fork c
    a thread d                              => 0
    d exit
    a truncate f0 pages=0
    a grow f2 pages=8
    a punch f2 pages=0..3
    a drop-caches f3
    a drop-caches system
    b close f0
    b unlink f2
    b rename f3
    b reopen f2
    b unmap m1 pages=0..0
    b remap m1 m5
    b remap m5 m6 duplicate
    b protect m6 none pages=1..2
    b remove m6
    b dontneed m6
    b pageout m6
    b swapin m6
    b collapse m6
    b split m6
    b merge m6
    b lock-memory m6 pages=2..2
    a store m0+4 0xffffffff                 => SIGBUS
    a load m0+4                             => -9223372036854775808
    a wake m0+0x10 count=-2147483648 bitset=0 futex2 => 1 wakes w0 w1
    a requeue m0+0 m0+4 wake=1 move=2147483647 private
    a cmp-requeue m0+0 m0+4 wake=1 move=1 value=7 private futex2 mpol
    a wake-op m0+0 m0+4 wake=1 wake2=1 op=andn:-2048 cmp=unknown:2047 private
    a cancel w0                             => 0
    a lock-pi m0+8
    a trylock-pi m0+8 private
    a unlock-pi @kernel+0
    a robust m0+0xc
    a clear-tid @null+4
    a hash-slots 255
    keys a.m0+0 b.m1+0 a.@text+0xfff private => keys 0 1 EFAULT
    keys c.m0+0                             => keys 0 wakes w2
    a evict f0
    a reuse f0
    a umount f2
    a migrate m0 pages=0..0

    """
  /// A race with a stated waiter of a later lane, and a lane with nothing to do.
  static let race = """
    keywake 1
    process a
    process b
    file f0 memfd pages=1
    a map m0 f0 pages=0..0 shared rw
    b map m0 f0 pages=0..0 shared rw
    a fork c
    race
      lane a: wake m0+0 count=1 => 1 wakes w0 ; rmap-walk m0 ; fork d
      lane b: store m0+0 1 ; wait m0+0 value=0 -> w0 => waits
      lane c:
    end
    b cancel w0                             => 0
    d exit

    """
  static let all = [everything, race]
}
