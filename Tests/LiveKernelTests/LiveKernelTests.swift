import LiveKernel
import Scenario
import Testing

@Suite(.serialized) struct LiveKernelTests {
  static func run(_ text: String, _ waiters: WaiterKind) throws -> LiveRun {
    var options = LiveOptions()
    options.waiters = waiters
    let kernel = try LiveKernel(options)
    defer { kernel.shutDown() }
    return kernel.run(try ScenarioParser.parse("keywake 1\n" + text, file: "test"))
  }

  @Test(arguments: WaiterKind.allCases) func wakeEndsAParkedWaiter(_ waiters: WaiterKind) throws {
    let run = try Self.run(
      """
      process a
      file f memfd pages=2
      a map x f pages=0..1 shared rw
      a map y f pages=0..1 shared rw
      a wait x+0x10 value=0 -> w
      a wake y+0x14 count=1
      a wake y+0x10 count=1
      a truncate f pages=0
      a wake y+0x10 count=1
      """, waiters)
    #expect(run.verdict == .complete)
    #expect(run.notes == [])
    #expect(
      run.observations.suffix(5) == [
        Observation(.waiting), Observation(.value(0)),
        Observation(.value(1), ended: [EndedWaiter(WaiterID(0), .woken)]), Observation(.value(0)),
        Observation(.error(.EFAULT)),
      ])
  }
}
