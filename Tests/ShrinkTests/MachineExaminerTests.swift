import CrossCheck
import Explorer
import Foundation
import Machine
import Scenario
import Shrink
import Testing

/// A derivation that does not look whether the page still has its mapping: the inode may be freed by then.
private let wrong: ProgramLibrary? = {
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Sources/Machine/Programs/derive.kwp").standardized
  guard let listings = try? String(contentsOf: file, encoding: .utf8),
    let start = listings.range(of: "program derive.current"),
    let end = listings.range(of: "\nend\n", range: start.lowerBound..<listings.endIndex)
  else { return nil }
  let lines = listings[start.lowerBound..<end.upperBound].replacing("derive.current", with: "derive.mine")
    .split(separator: "\n", omittingEmptySubsequences: false)
  let kept = lines.filter { !$0.contains("if (mapping2 != mapping) goto changed") }
  guard kept.count + 1 == lines.count, var library = try? ProgramLibrary.builtIn() else { return nil }
  guard (try? library.add(text: kept.joined(separator: "\n"), file: "mine.kwp")) != nil else { return nil }
  return library
}()

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
  private static let minimal = """
    keywake 1
    process z
    file f memfd pages=1
    z thread t
    t map x f pages=0..0 shared rw
    t close f
    race
      lane t: wake x+0 count=1
      lane z: unmap x
    end

    """

  private static func examiner(_ signature: String? = nil) throws -> MachineExaminer {
    MachineExaminer(
      MachineUnderTest(variant: "derive.mine", library: try #require(wrong), limits: SearchLimits(states: 100_000)),
      file: "finding.kw", signature: signature)
  }

  @Test func theMinimalScenarioIsExact() throws {
    let original = try ScenarioParser.parse(Self.finding, file: "finding.kw")
    #expect(original.operations.count == 42)
    let examiner = try Self.examiner()
    let reduction = try Minimizer(confirmations: 1).minimize(original, examiners: [examiner])
    #expect(reduction.signature == "use-after-free_unmap-wake-against-wake-wake_memfd-shared_machine-mine")
    #expect(ScenarioPrinter.print(reduction.minimal) == Self.minimal)
    #expect(reduction.isComplete)
    #expect(reduction.candidates < 200, "\(reduction.candidates)")
    // Its schedule shows it.
    let (schedule, words) = examiner.describe(reduction.minimal, limits: SearchLimits())
    #expect(words.first?.contains("version mine: use after free (lane 1; derive.mine, line ") == true, "\(words)")
    let stored = try #require(schedule)
    let exploration = try ScenarioExploration.run(
      reduction.minimal, file: "finding.kw", variant: "derive.mine", library: try #require(wrong)
    ) { race in
      let replayed = try? Recording.replay(stored, on: race)
      #expect(replayed?.finding?.kind == .useAfterFree)
      return SearchReport(verdict: .undecided(.runs), findings: [])
    }
    #expect(exploration.explored != nil)
    #expect(FewestSwitches.switches(stored.steps) == 2)
  }

  @Test func anotherSignatureIsNotTaken() throws {
    let original = try ScenarioParser.parse(Self.minimal, file: "finding.kw")
    let error = #expect(throws: Minimizer.Failure.self) {
      try Minimizer(confirmations: 1).minimize(original, signature: "another", examiners: [Self.examiner("another")])
    }
    #expect(error?.description.contains("use-after-free_unmap-against-wake_memfd-shared_machine-mine") == true)
  }
}
