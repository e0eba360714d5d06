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
      ""),
    PlantedCase(
      .losesWakesAfterPunch,
      twoProcesses + "\nb punch f pages=0..1\nb wake y+0x2010 count=5",
      ""),
    PlantedCase(
      .forgetsTheEnd,
      twoProcesses + "\na truncate f pages=1\nb wake y+0x2010 count=5",
      ""),
    PlantedCase(
      .wrongError,
      twoProcesses + "\nb wait y+0x30 value=3 bitset=0 timeout=absolute-long private -> w2",
      ""),
    PlantedCase(
      .ignoresBitset,
      twoProcesses + "\na wake x+0x1010 count=3 bitset=0x100",
      ""),
    PlantedCase(
      .ignoresPageIndex,
      twoProcesses + "\na wake x+0x10 count=3",
      ""),
    PlantedCase(
      .confusesPrivateAndShared,
      twoProcesses + "\na wake x+0x1010 count=3 private futex2",
      ""),
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
      ""),
    PlantedCase(
      .requeueCountsTooMany,
      twoProcesses + "\na wait x+0x1010 value=0 -> w2\nb requeue y+0x2010 y+0x14 wake=1 move=0x7fffffff",
      ""),
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
      ""),
    PlantedCase(
      .losesTheThird,
      twoProcesses + """

        a wait x+0x1010 value=0 -> w2
        b wait y+0x2010 value=0 -> w3
        b wait y+0x2010 value=0 bitset=0x70 -> w4
        b wake y+0x2010 count=0x7fffffff
        """,
      ""),
    PlantedCase(
      .threadsCannotWake,
      twoProcesses + "\na thread t\nt load x+0\nt wake x+0x1010 count=2",
      ""),
    PlantedCase(.wakesUnasked, twoProcesses + "\nb load y+0x3008", ""),
    PlantedCase(
      .hangsAfterProtect,
      twoProcesses + "\na protect x r pages=0..1\nb wake y+0x2010 count=2",
      ""),
    PlantedCase(
      .keysDiffer,
      twoProcesses + "\nkeys a.x+0x1010 b.y+0x2010 b.y+0x2014 a.x+0x4",
      ""),
    PlantedCase(
      .cancelFails,
      twoProcesses + "\na wait x+0x1010 value=0 -> w2\na cancel w2\na cancel w",
      ""),
    PlantedCase(
      .wakeOpWithAdd,
      twoProcesses + "\nb wake-op y+0x2010 y+0x20 wake=3 wake2=1 op=add:5 cmp=gt:1",
      ""),
    PlantedCase(
      .waitvSecondWord,
      twoProcesses + """

        a store x+0x24 2
        a waitv x+0x20 value=0 futex2, x+0x24 value=2 futex2, x+0x1028 value=0 futex2 timeout=absolute-long -> w2
        a wake x+0x24 count=4
        """,
      ""),
    PlantedCase(
      .futex2Missing,
      twoProcesses + "\nb wait y+0x2010 value=0 bitset=0x70 timeout=absolute-long private futex2 -> w2",
      ""),
    PlantedCase(.storesAreLate, twoProcesses + "\na store x+0x1018 0x30005\nb load y+0x2018", ""),
    PlantedCase(
      .exitLeavesWaiters, twoProcesses + "\na wait x+0x1010 value=0 -> w2\na exit", ""),
    PlantedCase(
      .growsStale,
      twoProcesses + "\nb store y+0x2018 77\na truncate f pages=1\nb grow f pages=4\nb load y+0x2018",
      ""),
    PlantedCase(
      .timesOutWrong, twoProcesses + "\nb wait y+0x2010 value=0 bitset=0x70 timeout=relative-short -> w2", ""),
    PlantedCase(.oddAddress, twoProcesses + "\nb wake y+0x2012 count=4 bitset=0x7", ""),
  ]
}
