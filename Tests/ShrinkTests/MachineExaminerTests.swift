import CrossCheck
import Explorer
import Machine
import Scenario
import Shrink
import Testing

@Suite struct MachineExaminerTests {
  /// Of 42 operations.
  private static let finding = """
    keywake 1
    process z
    process a
    a thread t
    file g tmpfs pages=2
    file f memfd pages=2
    z map n g pages=0..1 shared rw
    z store n+0x20 7
    a map x f pages=0..1 shared rw
    z map y g pages=0..1 shared rw
    z load n+0x20
    z wait n+0x20 value=7 -> v
    z wake n+0x20 count=1
    a store x+0x1010 3
    z load y+0
    a load x+0x1010
    z store n+0x1000 5
    z load n+0x1000
    a load x+0x1010
    z swapin n
    a store x+0x1010 0
    z wake n+0x1000 count=2
    a wake x+0x1010 count=3
    a store x+0 0
    a load x+0x1010
    z pageout n
    z load n+0x20
    z load y+0
    z store n+0x20 9
    a load x+0
    z load n+0x20
    a wait x+0x1010 value=0 -> u
    a wake x+0x1010 count=1
    z swapin n pages=1..1
    z load n+0x1000
    z wake y+0x1000 count=2
    z dontneed n pages=0..0
    a close f
    z close f
    race
      lane a: wake x+0x1010 count=5 ; wake x+0x1010 count=1
      lane t: unmap x ; wake x+0 count=1
    end
    """

  private static func examiner(_ library: ProgramLibrary, _ signature: String? = nil) -> MachineExaminer {
    MachineExaminer(
      MachineUnderTest(variant: "derive.mine", library: library, limits: SearchLimits(states: 100_000)),
      file: "finding.kw", signature: signature)
  }

  @Test(arguments: WrongListing.all) func theMinimalScenarioIsExact(_ wrong: WrongListing) throws {
    let original = try ScenarioParser.parse(Self.finding, file: "finding.kw")
    #expect(original.operations.count == 42)
    let library = try wrong.library()
    let examiner = Self.examiner(library)
    let reduction = try Minimizer(confirmations: 1).minimize(original, examiners: [examiner])
    #expect(reduction.signature == wrong.signature)
    #expect(ScenarioPrinter.print(reduction.minimal) == "keywake 1\n" + wrong.minimal + "\n")
    #expect(reduction.isComplete)
    #expect(reduction.candidates < 200, "\(reduction.candidates)")
    let (schedule, words) = examiner.describe(reduction.minimal, limits: SearchLimits())
    #expect(words.first?.hasPrefix("On the simulated kernel, version mine: ") == true, "\(words)")
    #expect((schedule != nil) == reduction.minimal.hasRace)
    guard let schedule else { return }
    // It shows the same rule, and switches twice.
    var rule: String?
    _ = try ScenarioExploration.run(
      reduction.minimal, file: "finding.kw", variant: "derive.mine", library: library
    ) { race in
      rule = (try? Recording.replay(schedule, on: race))?.finding?.kind.keyword
      return SearchReport(verdict: .undecided(.runs), findings: [])
    }
    #expect(wrong.signature.hasPrefix("\(rule ?? "")_"))
    #expect(FewestSwitches.switches(schedule.steps) == 2)
  }

  @Test func anotherSignatureIsNotTaken() throws {
    let original = try ScenarioParser.parse("keywake 1\n" + WrongListing.unmapBesideWake, file: "finding.kw")
    let library = try WrongListing.all[0].library()
    let error = #expect(throws: Minimizer.Failure.self) {
      try Minimizer(confirmations: 1).minimize(
        original, signature: "another", examiners: [Self.examiner(library, "another")])
    }
    #expect(error?.description.contains("use-after-free_unmap-against-wake_memfd-shared_machine-mine") == true)
  }

  /// On 2.6.31 the wait alone has a wrong key already: that is another finding, with a signature of its own.
  @Test func whatARaceShowsStaysARace() throws {
    let original = try ScenarioParser.parse(
      """
      keywake 1
      process a
      process b
      file f memfd pages=2
      a map x f pages=0..1 shared rw
      b map y f pages=0..1 private rw
      a wait x+0x10 value=0 -> w0
      race
        lane a: truncate f pages=0
        lane b: wait y+0x10 value=0 -> w1
      end
      """, file: "finding.kw")
    let machine = MachineUnderTest(
      variant: "derive.2.6.31", library: try ProgramLibrary.builtIn(), limits: SearchLimits(states: 100_000))
    let signature = "wrong-key_truncate-against-wait_memfd-private_machine-2.6.31"
    let examiner = MachineExaminer(machine, file: "finding.kw", signature: signature)
    let reduction = try Minimizer(confirmations: 1).minimize(original, signature: signature, examiners: [examiner])
    #expect(reduction.isComplete && reduction.minimal.hasRace)
    // What is minimal shows the very same, and nothing more can be taken away from it.
    let again = try Minimizer(confirmations: 1).minimize(
      reduction.minimal, signature: signature,
      examiners: [MachineExaminer(machine, file: "finding.kw", signature: signature)])
    #expect(again.minimal == reduction.minimal)
  }

  /// Several examiners come to the same as one.
  @Test func jobsDoNotShow() throws {
    let original = try ScenarioParser.parse(Self.finding, file: "finding.kw")
    let library = try WrongListing.all[0].library()
    let first = Self.examiner(library)
    _ = first.examine(original)
    let other = MachineExaminer(
      MachineUnderTest(variant: "derive.mine", library: library, limits: SearchLimits(states: 100_000)), like: first)
    let reduction = try Minimizer(confirmations: 1).minimize(original, examiners: [first, other])
    #expect(ScenarioPrinter.print(reduction.minimal) == "keywake 1\n" + WrongListing.unmapBesideWake + "\n")
  }
}
