import CrossCheck
import Foundation
import LiveKernel
import Testing

/// The four causes of a hang told apart by the tool, from an agent that hangs in known ways.
@Suite struct RunHangTests {
  /// Replays two operations: a waiter, and one that the agent hangs in.
  private func replay(_ operation: String, _ waiters: String = "ring") throws -> (Tool.Ended, TestFolder, Finding?) {
    let folder = try TestFolder()
    let scenario = try folder.scenario(
      "process a\na map x anonymous pages=1 private rw\na wait x+0 value=0 -> w\n\(operation)\n")
    let ended = try Tool.run(
      [
        "replay", scenario, "--agent", Tool.program("HangingAgent"), "--hang-after", "1s", "--waiters", waiters,
        "--findings", folder.path("findings"), "--kernel-log", "/dev/null",
      ], in: folder)
    let store = try FindingStore(folder: .init(folder.path("findings")))
    return (ended, folder, try store.signatures().first.map { try store.read($0) })
  }

  private static let waiterKinds = HostLook.capabilities.has(.ioUringFutex) ? ["ring", "thread"] : ["thread"]

  @Test(
    .enabled(if: HostLook.capabilities.has(.ptrace), "needs ptrace: user stacks of an agent"), arguments: waiterKinds)
  func aLostWakeHasStacksAndTheKernelsAccount(waiters: String) throws {
    let (ended, folder, kept) = try replay("a remap x y", waiters)
    #expect(ended.code == 1, "\(ended.all)")
    let finding = try #require(kept, "\(ended.all)")
    #expect(finding.rule == "lost-wake" && finding.operation == "remap" && finding.operationNumber == 4)
    let report = folder.text("findings/\(finding.signature)/report.txt")
    #expect(report.contains("system call 202(") || report.contains("system call 98("))
    #expect(report.contains("in futex"))
    #expect(report.contains("user #0"))
    #expect(report.contains("keywake_test_lost_wake"), "\(report)")
    if HostLook.capabilities.has(.procStack) { #expect(report.contains("kernel [<0>] futex_")) }
    #expect(report.contains("switches "))
  }

  @Test func aLoopInTheKernelIsNoLostWake() throws {
    let (ended, folder, kept) = try replay("a lock-memory x")
    // With less of a processor than it needs to be seen looping it counts as slow.
    if ended.code == 4 {
      #expect(ended.output.contains("1 undecided"))
      return
    }
    let finding = try #require(kept, "\(ended.all)")
    #expect(ended.code == 1 && finding.rule == "kernel-loop" && finding.operation == "lock-memory")
    #expect(folder.text("findings/\(finding.signature)/report.txt").contains("state R"))
  }

  @Test(arguments: ["a split x", "a remove x"]) func whatHangsInTheAgentIsAHarnessFault(operation: String) throws {
    let (ended, _, kept) = try replay(operation)
    #expect(kept == nil)
    if ended.code == 4 {
      #expect(ended.output.contains("1 undecided"))
      return
    }
    #expect(ended.code == 3, "\(ended.all)")
    #expect(ended.all.contains(operation.contains("split") ? "does not end" : "sleep in"), "\(ended.all)")
  }

  @Test func aSlowMachineIsUndecided() throws {
    let (ended, _, kept) = try replay("a collapse x")
    #expect(kept == nil)
    #expect(ended.code == 4, "\(ended.all)")
    #expect(ended.output.contains("1 undecided") && ended.all.contains("the machine was too slow"))
  }
}
