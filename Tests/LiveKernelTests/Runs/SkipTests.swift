import LiveKernel
import Scenario
import Testing

@Suite(.serialized) struct SkipTests {
  @Test(arguments: [
    "process a\nfile f memfd pages=1\na evict f",
    "process a\na drop-caches system",
    "process a\na map x anonymous pages=1 private rw\na merge x",
    "process a\nprocess b\nrace\n  lane a: load x+0\n  lane b: load x+0\nend",
  ]) func whatIsMissingIsSaid(_ text: String) throws {
    let kernel = try LiveTest.kernel(.ring)
    let run = kernel.run(try LiveTest.scenario(text))
    #expect(run.observations == [])
    guard case .skipped(let reason) = run.verdict else {
      Issue.record("not skipped: \(run.verdict)")
      return
    }
    #expect(!reason.isEmpty)
  }

  @Test func aWrongExecutableIsAnError() {
    #expect(throws: LiveKernelError.self) {
      try LiveTest.kernel(.ring) { $0.agent = "/nowhere/keywake-agent" }
    }
    #expect(throws: LiveKernelError.self) {
      try LiveTest.kernel(.ring) { $0.agent = "/bin/true" }
    }
  }
}
