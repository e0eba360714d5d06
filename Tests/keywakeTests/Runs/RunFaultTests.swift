import CrossCheck
import Foundation
import LiveKernel
import Testing

/// The tool on hosts that lack something, and with agents that somebody ends.
@Suite struct RunFaultTests {
  static let needsRoot = Comment("needs root: a user, a mount or a limit of another kind")
  private static let namespaces = ["unshare", "--mount", "--propagation", "private"]

  private func fuzz(_ folder: TestFolder, runs: Int = 60, _ more: [String] = []) -> [String] {
    ["fuzz", "--runs", "\(runs)", "--seed", "11", "--findings", folder.path("findings"), "--known-issues", knownIssues]
      + more
  }
  private var knownIssues: String { Self.root + "/Corpus/known-issues" }
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  // MARK: Agents

  @Test(arguments: [SIGKILL, SIGSTOP]) func anAgentThatSomebodyEndsIsAFaultAndTheRunGoesOn(signal: Int32) throws {
    let folder = try TestFolder()
    let tool = try Tool(
      [
        "fuzz", "--time", "1h", "--seed", "3", "--hang-after", "1s", "--findings", folder.path("findings"),
        "--known-issues", knownIssues, "--waiters", "thread",
      ], in: folder)
    #expect(tool.waits(for: "keywake fuzz: "))
    var faults = 0
    while faults < 2 {
      // The nursery has the lowest number: it is spared. The others are agents.
      for agent in HostLook.processes({ $0.contains("keywake-\(tool.pid)-") }).sorted().dropFirst() {
        kill(agent, signal)
      }
      usleep(20_000)
      faults = tool.errors.split(separator: "\n").count { $0.contains("harness-fault") }
    }
    // It still works: the number of scenarios grows past the fault.
    let ended = tool.end(SIGTERM)
    #expect(ended.code == 3, "\(ended.all)")
    #expect(ended.output.contains("0 disagree"), "\(ended.all)")
    #expect(HostLook.names(folder.path("findings")) == [])
    #expect(HostLook.processes { $0.contains("keywake-\(tool.pid)-") } == [])
  }

  /// What a campaign tells crashes of its workers apart by.
  @Test(arguments: [SIGSEGV, SIGABRT]) func aCrashTellsItsStack(signal: Int32) throws {
    let folder = try TestFolder()
    let tool = try Tool(
      [
        "KEYWAKE_CRASH_REPORT=1", "SWIFT_BACKTRACE=enable=no", Tool.program("keywake"), "fuzz", "--races", "--time",
        "1h", "--findings", folder.path("findings"),
      ], program: "/usr/bin/env", in: folder)
    #expect(tool.waits(for: "keywake fuzz --races: "))
    let ended = tool.end(signal)
    #expect(ended.code == -signal, "\(ended.all)")
    let lines = ended.errors.split(separator: "\n")
    let start = try #require(lines.firstIndex { $0.hasPrefix("crash: ") }, "\(ended.all)")
    let frames = lines[(start + 1)...]
    #expect(frames.first?.hasPrefix("    #0 0x") == true, "\(ended.all)")
    // Functions of Swift modules have such names.
    #expect(frames.contains { $0.contains(" in $s") }, "\(ended.all)")
    #expect(frames.last?.hasSuffix(" in ?") == false || frames.count > 3, "\(ended.all)")
  }

  @Test func agentsDieWithTheTool() throws {
    let folder = try TestFolder()
    let tool = try Tool(
      ["fuzz", "--time", "1h", "--findings", folder.path("findings"), "--known-issues", knownIssues], in: folder)
    #expect(tool.waits(for: "keywake fuzz: "))
    var agents: [Int32] = []
    while agents.count < 3 { agents = HostLook.processes { $0.contains("keywake-\(tool.pid)-") } }
    // Even those that are stopped.
    for agent in agents { kill(agent, SIGSTOP) }
    tool.end(SIGKILL)
    for agent in agents {
      while case let stat = HostLook.text("/proc/\(agent)/stat"), !stat.isEmpty, !stat.contains(") Z ") {
        usleep(1000)
      }
    }
    HostLook.waitForTheGuardian(of: tool.pid)
    #expect(HostLook.leftovers(of: tool.pid) == [])
  }

  // MARK: Hosts

  @Test(.enabled(if: HostLook.isRoot, needsRoot)) func anUnprivilegedUser() throws {
    let folder = try TestFolder()
    let tool = try folder.copyOfTheTool()
    chown(try folder.make("findings"), 65534, 65534)
    let wrapper = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    let doctor = try Tool.run(["doctor"], wrapper: wrapper, program: tool, in: folder)
    #expect(doctor.code == 0, "\(doctor.all)")
    #expect(doctor.output.contains("fix: run as root"))
    let ended = try Tool.run(
      fuzz(folder, runs: 30, ["--profile", "live"]), wrapper: wrapper, program: tool, in: folder)
    #expect(ended.code == 0, "\(ended.all)")
    #expect(ended.output.contains("skipped: "), "\(ended.all)")
    // What only root may do is said, not tried.
    let wide = try Tool.run(fuzz(folder, ["--system-wide"]), wrapper: wrapper, program: tool, in: folder)
    #expect(wide.code == 0, "\(wide.all)")
    for what in ["no swap file: ", "no KSM: ", "no huge pages: "] { #expect(wide.errors.contains(what)) }
    #expect(HostLook.names("/var/tmp/keywake-65534/runs") == [])
  }

  @Test(.enabled(if: HostLook.isRoot, needsRoot)) func aProcThatHidesOtherProcesses() throws {
    let folder = try TestFolder()
    let tool = try folder.copyOfTheTool()
    chown(try folder.make("findings"), 65534, 65534)
    let command =
      "mount -t proc -o hidepid=2 proc /proc; "
      + "exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$0\" \"$@\""
    let ended = try Tool.run(
      ["-e", "-c", command, tool] + fuzz(folder),
      wrapper: ["unshare", "--mount", "--pid", "--fork", "--propagation", "private"], program: "sh", in: folder)
    #expect(ended.code == 0, "\(ended.all)")
    #expect(ended.output.contains(" 0 disagree, 0 undecided") || ended.output.contains("known"), "\(ended.all)")
  }

  @Test(.enabled(if: HostLook.isRoot, needsRoot)) func noSwapAndNoDropCaches() throws {
    let folder = try TestFolder()
    let scenario = try folder.scenario(
      "process a\nfile f memfd pages=1\na map x f pages=0..0 shared rw\na store x+0 1\na pageout x\na drop-caches system\n"
        + "a load x+0 => 1\n")
    let noCaches =
      "mkdir \"$1/empty\"; for file in /proc/sys/vm/*; do :; done; mount -t tmpfs none /proc/sys/vm; "
    let ended = try Tool.run(
      [
        "-e", "-c", noCaches + "exec \"$0\" replay \"$2\" --system-wide --waiters thread", Tool.program("keywake"),
        folder.url.path, scenario,
      ], wrapper: Self.namespaces, program: "sh", in: folder)
    #expect(ended.code == 4, "\(ended.all)")
    #expect(ended.output.contains("skipped: needs drop-caches: "), "\(ended.all)")
    // Without swap pages cannot leave, and nobody sees a difference.
    let noSwap =
      "printf 'Filename\\tType\\tSize\\tUsed\\tPriority\\n' > \"$1/swaps\"; mount --bind \"$1/swaps\" /proc/swaps; "
    let dry = try Tool.run(
      ["-e", "-c", noSwap + "exec \"$0\" \"$@\"", Tool.program("keywake"), folder.url.path], wrapper: Self.namespaces,
      program: "sh", in: folder)
    #expect(dry.code == 2)
    let arguments = fuzz(folder)
    let run = try Tool.run(
      ["-e", "-c", noSwap + "place=$1; shift; exec \"$0\" \"$@\"", Tool.program("keywake"), folder.url.path]
        + arguments, wrapper: Self.namespaces, program: "sh", in: folder)
    #expect(run.code == 0, "\(run.all)")
  }

  @Test(arguments: [EPERM, ENOSYS]) func withoutIoUringThreadsWait(error: Int32) throws {
    let folder = try TestFolder()
    // io_uring_setup has the same number everywhere.
    let refusing = [Tool.program("Refusing"), "425", "\(error)"]
    let ended = try Tool.run(fuzz(folder), wrapper: refusing, in: folder)
    #expect(ended.code == 0, "\(ended.all)")
    #expect(ended.errors.contains("waiters thread,"))
    #expect(ended.errors.contains("waiters are threads: "))
    let ring = try Tool.run(fuzz(folder, ["--waiters", "ring"]), wrapper: refusing, in: folder)
    #expect(ring.code == 4 && ring.errors.contains("no ring waiters: "), "\(ring.all)")
  }

  @Test(arguments: [3, 6, 10, 14, 20, 32, 64]) func fewDescriptors(limit: Int) throws {
    let folder = try TestFolder()
    let ended = try Tool.run(fuzz(folder, runs: 20), wrapper: ["prlimit", "--nofile=\(limit)"], in: folder)
    // Enough, or said so; never a finding, never a trap.
    #expect([0, 3, 4, 127].contains(ended.code), "\(limit): \(ended.all)")
    if ended.code == 3 {
      #expect(ended.all.contains("EMFILE") || ended.all.contains("Too many open files"), "\(ended.all)")
    }
    if limit >= 64 { #expect(ended.code == 0, "\(limit): \(ended.all)") }
    #expect(HostLook.names(folder.path("findings")) == [])
  }

  @Test(.enabled(if: HostLook.isRoot, needsRoot), arguments: [1, 2, 3, 5, 8, 40]) func fewProcesses(limit: Int) throws {
    let folder = try TestFolder()
    let tool = try folder.copyOfTheTool()
    // A user whom nobody else is.
    let user = 61_000 + limit
    chown(try folder.make("findings"), UInt32(user), UInt32(user))
    let ended = try Tool.run(
      fuzz(folder, runs: 20),
      wrapper: [
        "setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups", "prlimit", "--nproc=\(limit)",
      ], program: tool, in: folder)
    #expect([0, 3, 4].contains(ended.code), "\(limit): \(ended.all)")
    if ended.code == 3 {
      #expect(
        ended.all.contains("EAGAIN") || ended.all.contains("Resource temporarily unavailable")
          || ended.all.contains("could not fork") || ended.all.contains("no agent started"), "\(ended.all)")
    }
    if limit >= 40 { #expect(ended.code == 0, "\(limit): \(ended.all)") }
    #expect(HostLook.names(folder.path("findings")) == [])
    #expect(HostLook.processes { $0.hasPrefix(folder.url.path) } == [])
  }
}
