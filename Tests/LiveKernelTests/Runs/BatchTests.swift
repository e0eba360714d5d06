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

  @Test func aHangInABatchIsOneScenariosAlone() throws {
    let waits = (1...30).map { "a wait x+0 value=0 timeout=relative-short -> w\($0)\n" }.joined()
    let slow = try LiveTest.scenario("process a\na map x anonymous pages=1 private rw\n" + waits)
    let plain = try LiveTest.scenario(plain)
    let kernel = try LiveTest.kernel(.ring) { $0.limit = 60 }
    let runs = kernel.run([plain, slow, plain, plain])
    #expect(runs.count == 4)
    guard runs.count == 4 else { return }
    guard case .hung = runs[1].verdict else {
      Issue.record("\(runs[1].verdict)")
      return
    }
  }

  @Test func nothingIsNothing() throws {
    let kernel = try LiveTest.kernel(.ring)
    #expect(kernel.run([]).isEmpty)
    #expect(kernel.run(Scenario()).verdict == .complete)
  }
}
