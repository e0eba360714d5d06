import CrossCheck
import Foundation
import LiveKernel
import Testing

/// Complaints of the kernel are findings. A file stands in for the log: a line in the real one would be a finding of
/// every other run on this host.
@Suite struct RunKernelLogTests {
  private static let complaints: [(text: String, signature: String)] = [
    (
      "4,1,1,-;------------[ cut here ]------------\n"
        + "4,2,1,-;WARNING: CPU: 1 PID: 7 at kernel/futex/core.c:612 get_futex_key+0x3f1/0x4b0\n"
        + "4,3,1,-;RIP: 0010:get_futex_key+0x3f1/0x4b0\n4,4,1,-;---[ end trace 0000000000000000 ]---\n",
      "kernel-log_warning_get-futex-key"
    ),
    (
      "2,1,1,-;------------[ cut here ]------------\n2,2,1,-;kernel BUG at mm/rmap.c:477!\n"
        + "4,3,1,-;RIP: 0010:folio_lock_anon_vma_read+0x11/0x90\n4,4,1,-;---[ end trace 0000000000000000 ]---\n",
      "kernel-log_bug_folio-lock-anon-vma-read"
    ),
    (
      "1,1,1,-;BUG: kernel NULL pointer dereference, address: 0000000000000018\n"
        + "4,3,1,-;RIP: 0010:ihold+0x5/0x40\n4,4,1,-;---[ end trace 0000000000000000 ]---\n", "kernel-log_oops_ihold"
    ),
    ("3,1,1,-;rcu: INFO: rcu_preempt self-detected stall on CPU\n", "kernel-log_rcu-stall_unknown"),
    ("3,1,1,-;INFO: task keywake-agent:77 blocked for more than 120 seconds.\n", "kernel-log_hung-task_unknown"),
  ]

  @Test(arguments: complaints) func aComplaintIsAFinding(_ complaint: (text: String, signature: String)) throws {
    let folder = try TestFolder()
    let log = try folder.write(
      "6,1,1,-;an old line\n4,1,1,-;WARNING: CPU: 0 PID: 1 at old.c:1 old+0x1/0x2\n", to: "log")
    let tool = try Tool(
      [
        "fuzz", "--time", "1h", "--waiters", "thread", "--findings", folder.path("findings"), "--kernel-log", log,
      ], in: folder)
    #expect(tool.waits(for: "keywake fuzz: "))
    let handle = try #require(FileHandle(forWritingAtPath: log))
    try handle.seekToEnd()
    handle.write(Data(complaint.text.utf8))
    #expect(tool.waits(for: "report.txt"))
    let ended = tool.end(SIGTERM)
    #expect(ended.code == 1, "\(ended.all)")
    let store = try FindingStore(folder: .init(folder.path("findings")))
    let signature = try #require(try store.signatures().first)
    #expect(try store.signatures().count == 1)
    #expect(signature.hasPrefix(complaint.signature + "_live-"), "\(signature)")
    let finding = try store.read(signature)
    #expect(finding.rule == "kernel-log" && finding.occurrences == 1)
    let texts = complaint.text.split(separator: "\n").compactMap { $0.split(separator: ";").last.map(String.init) }
    #expect(finding.notes.starts(with: texts))
    let names = HostLook.names(folder.path("findings/\(signature)"))
    #expect(names.contains("scenario.kw") && names.filter { $0.hasPrefix("previous-") }.count < RecentRun.kept)
    #expect(names.filter { $0.hasPrefix("previous-") }.count == finding.previous?.count)
    #expect(!folder.text("findings/\(signature)/report.txt").contains("old.c"))
  }

  @Test func whatNobodyMustCallAFinding() throws {
    let folder = try TestFolder()
    let log = try folder.write("", to: "log")
    let scenario = try folder.scenario("process a\na map x anonymous pages=1 private rw\na wake x+0 count=1\n")
    let tool = try Tool(
      ["fuzz", "--time", "1h", "--waiters", "thread", "--findings", folder.path("f"), "--kernel-log", log], in: folder)
    #expect(tool.waits(for: "keywake fuzz: "))
    let handle = try #require(FileHandle(forWritingAtPath: log))
    // A process may write what it likes, but not in the kernel's name: facility 1. The others are no complaints.
    handle.write(
      Data(
        """
        12,1,1,-;WARNING: CPU: 1 PID: 7 at kernel/futex/core.c:612 get_futex_key+0x3f1/0x4b0
        3,2,1,-;Out of memory: Killed process 77 (keywake-agent)
        6,3,1,-;eth0: link up

        """.utf8))
    // A run that starts now is at its first scenario when that one has read the lines.
    #expect(try Tool.run(["replay", scenario, "--kernel-log", log], in: folder).code == 0)
    let ended = tool.end(SIGTERM)
    #expect([0, 4].contains(ended.code), "\(ended.all)")
    #expect(HostLook.names(folder.path("f")) == [])
  }

  @Test func aLogThatCannotBeReadIsSaid() throws {
    let folder = try TestFolder()
    let ended = try Tool.run(["fuzz", "--runs", "1", "--kernel-log", folder.path("none")], in: folder)
    #expect(ended.code == 2 && ended.errors.contains("--kernel-log"))
  }
}
