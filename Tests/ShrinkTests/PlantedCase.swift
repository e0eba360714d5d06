/// A planted fault, operations that show it with more than it needs, and the simplest scenario that shows it.
struct PlantedCase: CustomStringConvertible {
  let fault: PlantedFault
  let core: String
  let minimal: String
  var description: String { fault.rawValue }

  init(_ fault: PlantedFault, _ core: String, _ minimal: String) {
    self.fault = fault
    self.core = core
    self.minimal = minimal
  }

  private static let twoProcesses = """
    process a
    process b
    file f memfd pages=4
    a map x f pages=1..2 shared rw
    b map y f pages=0..3 shared rw populate
    a wait x+0x1010 value=0 bitset=0xf0 timeout=relative-long -> w
    """

  private static let oneFile = """
    process a
    file f memfd pages=1
    a map x f pages=0..0 shared rw
    """

  static let all: [PlantedCase] = [
    PlantedCase(
      .losesWakes,
      twoProcesses + "\nb wake y+0x2010 count=5 bitset=0x30",
      oneFile + "\na wait x+0 value=0 -> w\na wake x+0 count=1"),
    PlantedCase(
      .losesWakesAfterPageout,
      twoProcesses + "\na pageout x pages=1..1\nb load y+0\nb wake y+0x2010 count=5",
      oneFile + "\na wait x+0 value=0 -> w\na pageout x\na wake x+0 count=1"),
    PlantedCase(
      .losesWakesOfOthers,
      twoProcesses + "\nb wake y+0x2010 count=5",
      """
      process a
      process b
      file f memfd pages=1
      a map x f pages=0..0 shared rw
      b map x f pages=0..0 shared rw
      a wait x+0 value=0 -> w
      b wake x+0 count=1
      """),
    PlantedCase(
      .losesWakesAfterRemap,
      twoProcesses + "\na remap x m\nb wake y+0x2010 count=5",
      """
      process z
      file f memfd pages=1
      z map x f pages=0..0 shared rw
      z wait x+0 value=0 -> w
      z remap x y
      z wake y+0 count=1
      """),
    PlantedCase(
      .losesWakesAfterPunch,
      twoProcesses + "\nb punch f pages=0..1\nb wake y+0x2010 count=5",
      """
      process z
      file f memfd pages=1
      z map x f pages=0..0 shared rw
      z wait x+0 value=0 -> w
      z punch f pages=0..0
      z wake x+0 count=1
      """),
    PlantedCase(
      .forgetsTheEnd,
      twoProcesses + "\na truncate f pages=1\nb wake y+0x2010 count=5",
      """
      process z
      file f memfd pages=0
      z map y f pages=0..0 shared rw
      z wake y+0 count=1
      """),
    PlantedCase(
      .wrongError,
      twoProcesses + "\nb wait y+0x30 value=3 bitset=0 timeout=absolute-long private -> w2",
      """
      process z
      file f memfd pages=1
      z map y f pages=0..0 shared rw
      z wait y+0 value=0 bitset=0 -> w0
      """),
    PlantedCase(
      .ignoresBitset,
      twoProcesses + "\na wake x+0x1010 count=3 bitset=0x100",
      """
      process a
      file f memfd pages=1
      a map x f pages=0..0 shared rw
      a wait x+0 value=0 bitset=2 -> w
      a wake x+0 count=1 bitset=1
      """),
    PlantedCase(
      .ignoresPageIndex,
      twoProcesses + "\na wake x+0x10 count=3",
      """
      process a
      file f memfd pages=2
      a map x f pages=0..1 shared rw
      a wait x+0x1000 value=0 -> w
      a wake x+0 count=1
      """),
    PlantedCase(
      .confusesPrivateAndShared,
      twoProcesses + "\na wake x+0x1010 count=3 private futex2",
      """
      process a
      file f memfd pages=1
      a map x f pages=0..0 shared rw
      a wait x+0 value=0 -> w
      a wake x+0 count=1 private
      """),
    PlantedCase(
      .childSharesPrivate,
      """
      process a
      a map x anonymous pages=4 private rw populate
      a store x+0x2004 6
      a wait x+0x2004 value=6 bitset=6 -> w
      a fork b
      b wake x+0x2004 count=3 bitset=2
      """,
      """
      process a
      a map x anonymous pages=1 private rw
      a wait x+0 value=0 -> w
      a fork b
      b wake x+0 count=1
      """),
    PlantedCase(
      .requeueCountsTooMany,
      twoProcesses + "\na wait x+0x1010 value=0 -> w2\nb requeue y+0x2010 y+0x14 wake=1 move=0x7fffffff",
      """
      process z
      file f memfd pages=1
      z map x f pages=0..0 shared rw
      z wait x+0 value=0 -> w
      z requeue x+0 x+0 wake=1 move=1
      """),
    PlantedCase(
      .keepsDiscarded,
      """
      process a
      a map x anonymous pages=4 private rw populate
      a store x+0x2004 0x777
      a store x+0x1004 3
      a fork b
      b dontneed x pages=1..3
      b load x+0x2004
      """,
      """
      process z
      z map x anonymous pages=1 private rw
      z store x+0 1
      z dontneed x
      z load x+0
      """),
    PlantedCase(
      .losesTheThird,
      twoProcesses + """

        a wait x+0x1010 value=0 -> w2
        b wait y+0x2010 value=0 -> w3
        b wait y+0x2010 value=0 bitset=0x70 -> w4
        b wake y+0x2010 count=0x7fffffff
        """,
      """
      process z
      file f memfd pages=1
      z map x f pages=0..0 shared rw
      z wait x+0 value=0 -> w
      z wait x+0 value=0 -> w1
      z wait x+0 value=0 -> w4
      z wake x+0 count=3
      """),
    PlantedCase(
      .threadsCannotWake,
      twoProcesses + "\na thread t\nt load x+0\nt wake x+0x1010 count=2",
      """
      process a
      file f memfd pages=1
      a thread t
      a map x f pages=0..0 shared rw
      a wait x+0 value=0 -> w
      t wake x+0 count=1
      """),
    PlantedCase(
      .wakesUnasked, twoProcesses + "\nb load y+0x3008",
      """
      process z
      z map n1 anonymous pages=1 private rw
      z wait n1+0 value=0 -> v
      z load n1+0
      """),
    PlantedCase(
      .hangsAfterProtect,
      twoProcesses + "\na protect x r pages=0..1\nb wake y+0x2010 count=2",
      """
      process z
      file f memfd pages=1
      z map x f pages=0..0 shared rw
      z wait x+0 value=0 -> w
      z protect x rw
      z wake x+0 count=1
      """),
    PlantedCase(
      .keysDiffer,
      twoProcesses + "\nkeys a.x+0x1010 b.y+0x2010 b.y+0x2014 a.x+0x4",
      """
      process a
      process b
      file f memfd pages=1
      a map x f pages=0..0 shared rw
      b map x f pages=0..0 shared rw
      keys b.x+0 a.x+0
      """),
    PlantedCase(
      .cancelFails,
      twoProcesses + "\na wait x+0x1010 value=0 -> w2\na cancel w2\na cancel w",
      """
      process z
      z map n1 anonymous pages=1 shared rw
      z wait n1+0 value=0 -> v
      z cancel v
      """),
    PlantedCase(
      .wakeOpWithAdd,
      twoProcesses + "\nb wake-op y+0x2010 y+0x20 wake=3 wake2=1 op=add:5 cmp=gt:1",
      """
      process a
      file f memfd pages=1
      a map x f pages=0..0 shared rw
      a wait x+0 value=0 -> w
      a wake-op x+0 x+0 wake=1 wake2=1 op=add:0 cmp=eq:0
      """),
    PlantedCase(
      .waitvSecondWord,
      twoProcesses + """

        a store x+0x24 2
        a waitv x+0x20 value=0 futex2, x+0x24 value=2 futex2, x+0x1028 value=0 futex2 timeout=absolute-long -> w2
        a wake x+0x24 count=4
        """,
      """
      process z
      file f memfd pages=1
      z map x f pages=0..0 shared rw
      z waitv x+4 value=0, x+0 value=0 -> w0
      z wake x+0 count=1
      """),
    PlantedCase(
      .futex2Missing,
      twoProcesses + "\nb wait y+0x2010 value=0 bitset=0x70 timeout=absolute-long private futex2 -> w2",
      """
      process z
      file f memfd pages=1
      z map y f pages=0..0 shared rw
      z wait y+0 value=0 futex2 -> w0
      """),
    PlantedCase(
      .storesAreLate, twoProcesses + "\na store x+0x1018 0x30005\nb load y+0x2018",
      """
      process z
      file g disk pages=1
      z map n1 g pages=0..0 shared rw
      z fork y
      y store n1+0 1
      z load n1+0
      """),
    PlantedCase(
      .exitLeavesWaiters, twoProcesses + "\na wait x+0x1010 value=0 -> w2\na exit",
      """
      process a
      a map x anonymous pages=1 shared rw
      a wait x+0 value=0 -> w
      a exit
      """),
    PlantedCase(
      .growsStale,
      twoProcesses + "\nb store y+0x2018 77\na truncate f pages=1\nb grow f pages=4\nb load y+0x2018",
      """
      process z
      file f memfd pages=1
      z map y f pages=0..0 shared rw
      z store y+0 1
      z truncate f pages=0
      z grow f pages=1
      z load y+0
      """),
    PlantedCase(
      .timesOutWrong, twoProcesses + "\nb wait y+0x2010 value=0 bitset=0x70 timeout=relative-short -> w2",
      """
      process z
      file f memfd pages=1
      z map y f pages=0..0 shared rw
      z wait y+0 value=0 timeout=relative-zero -> w0
      """),
    PlantedCase(
      .oddAddress, twoProcesses + "\nb wake y+0x2012 count=4 bitset=0x7",
      """
      process z
      file f memfd pages=1
      z map y f pages=0..0 shared rw
      z wake y+2 count=1
      """),
  ]
}
