import LiveKernel
import Scenario
import Testing

@Suite(.serialized) struct BatchTests {
  private let plain = """
    process a
    process b
    file f tmpfs pages=1
    a map x f pages=0..0 shared rw
    b map x f pages=0..0 shared rw
    a wait x+0 value=0 -> w1           => waits
    a wait x+4 value=0 -> w2           => waits
    b wake x+0 count=1                 => 1 wakes w1
    """
  private let forking = """
    process a
    a map x anonymous pages=1 shared rw
    a fork b
    b wait x+0 value=0 -> w            => waits
    a wake x+0 count=1                 => 1 wakes w
    """

  @Test(arguments: WaiterKind.allCases) func eachScenarioOfABatchHasItsResult(_ kind: WaiterKind) throws {
    let skipped = try LiveTest.scenario("process a\nfile f memfd pages=1\na evict f")
    let plain = try LiveTest.scenario(plain)
    let forking = try LiveTest.scenario(forking)
    var list: [Scenario] = []
    for index in 0..<100 {
      list.append(index % 13 == 5 ? skipped : index % 7 == 3 ? forking : plain)
    }
    let kernel = try LiveTest.kernel(kind)
    let runs = kernel.run(list)
    #expect(runs.count == list.count)
    for (index, run) in runs.enumerated() {
      if index % 13 == 5 {
        #expect(run.verdict == .skipped("evict runs on the Machine only"))
      } else {
        LiveTest.check(list[index], run, notes: [])
      }
    }
  }

  /// Agents go from one batch to the next by themselves: wherever a run hangs, each other has its own result.
  @Test(arguments: [1, 31, 32, 40, 97]) func aHangInABatchIsOneScenariosAlone(_ place: Int) throws {
    let waits = (1...30).map { "a wait x+0 value=0 timeout=relative-short -> w\($0)\n" }.joined()
    let slow = try LiveTest.scenario("process a\na map x anonymous pages=1 private rw\n" + waits)
    var list = [Scenario](repeating: try LiveTest.scenario(plain), count: 100)
    list[place] = slow
    let kernel = try LiveTest.kernel(.ring) { $0.limit = 60 }
    // On a busy machine it may end before this process gets to look at its clock, and others may take too long as well.
    for _ in 0..<50 {
      let runs = kernel.run(list)
      try #require(runs.count == list.count)
      for (index, run) in runs.enumerated() where index != place {
        if case .hung = run.verdict { continue }
        LiveTest.check(list[index], run, notes: [])
      }
      if case .hung(let operation, _) = runs[place].verdict {
        #expect(runs[place].observations.count == operation)
        return
      }
      #expect(runs[place].verdict == .complete)
    }
    Issue.record("\(50) runs of 120 milliseconds never took longer than 60")
  }

  @Test func nothingIsNothing() throws {
    let kernel = try LiveTest.kernel(.ring)
    #expect(kernel.run([]).isEmpty)
    #expect(kernel.run(Scenario()).verdict == .complete)
    // Also between others, where agents go on by themselves.
    let some = try ScenarioParser.parse("keywake 1\nprocess a\na map x anonymous pages=1 private rw\n", file: "some")
    let runs = kernel.run((0..<100).map { $0 % 3 == 1 ? Scenario() : some })
    #expect(runs.count == 100)
    #expect(runs.allSatisfy { $0.verdict == .complete })
  }
}
