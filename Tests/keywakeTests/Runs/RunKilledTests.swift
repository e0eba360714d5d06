import CrossCheck
import Foundation
import LiveKernel
import Scenario
import Testing

/// `keywake fuzz --system-wide`, killed. Serialized: the runs share the machine's swap and settings.
@Suite(.serialized) struct RunKilledTests {
  private static let needsRoot = Comment("needs root: --system-wide changes swap, huge pages and KSM")

  /// Settings that a run changes, by path; `nil` while any run holds one.
  private func settings() -> [String: String]? {
    let held = HostLook.journals.contains { journal in
      HostLook.names(journal).contains { $0.hasPrefix("settings-") }
    }
    if held { return nil }
    let ksm = "/sys/kernel/mm/ksm/"
    return Dictionary(
      uniqueKeysWithValues: [ksm + "run", ksm + "pages_to_scan", ksm + "sleep_millisecs", "/proc/swaps"].map {
        ($0, HostLook.text($0))
      })
  }

  /// The pool's size, but for pages that the kernel holds reserved: it keeps those, whatever is asked.
  private func pool() -> Int {
    let folder = "/sys/kernel/mm/hugepages/hugepages-2048kB/"
    func number(_ name: String) -> Int {
      Int(HostLook.text(folder + name).trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    }
    return max(0, number("nr_hugepages") - number("resv_hugepages"))
  }

  /// A complaint for the stand-in of the kernel log; each its own signature.
  private func complain(_ number: Int, to log: FileHandle) {
    let lines = [
      "4,\(number),1,-;------------[ cut here ]------------",
      "4,\(number),1,-;WARNING: CPU: 1 PID: 7 at kernel/futex/core.c:612 planted_\(number)_end+0x3f1/0x4b0",
      "4,\(number),1,-;---[ end trace 0000000000000000 ]---",
    ]
    log.write(Data((lines.joined(separator: "\n") + "\n").utf8))
  }

  @Test(.enabled(if: HostLook.isRoot, needsRoot)) func killedAtFiftyRandomMoments() throws {
    let seed = ProcessInfo.processInfo.environment["KEYWAKE_SEED"].flatMap { UInt64($0) } ?? .random(in: 1...(1 << 48))
    print("killedAtFiftyRandomMoments: KEYWAKE_SEED=\(seed)")
    var random = SplitMix64(seed: seed)
    let folder = try TestFolder()
    let findings = folder.path("findings")
    let log = try #require(FileHandle(forWritingAtPath: try folder.write("", to: "log")))
    let before = try HostLock.hold { (settings(), pool()) }
    let segments = HostLook.abandonedSegments()
    var announced: Set<String> = []
    var complaints = 0
    for round in 0..<50 {
      // One at a time: others wait for their turn.
      let errors = try HostLock.hold { try killARun(round, folder, log, &complaints, &random) }
      for line in errors.split(separator: "\n") where line.contains("disagree ") {
        if let signature = line.split(separator: " ").last { announced.insert(String(signature)) }
      }
      usleep(1000)
    }
    // What was announced is there whole, and there are no halves.
    print("killedAtFiftyRandomMoments: \(announced.count) findings announced")
    #expect(!announced.isEmpty)
    let store = try FindingStore(folder: .init(findings))
    let kept = Set(try store.signatures())
    #expect(announced.subtracting(kept) == [])
    for signature in kept.sorted() {
      let finding = try store.read(signature)
      let place = "\(findings)/\(signature)"
      #expect(finding.signature == signature)
      _ = try ScenarioParser.parse(HostLook.text("\(place)/scenario.kw"), file: signature)
      #expect(HostLook.text("\(place)/report.txt").contains("Finding \(signature)"))
    }
    #expect(HostLook.names(findings).filter { $0.hasPrefix(".") } == [])
    #expect(Set(HostLook.abandonedSegments()).subtracting(segments) == [])
    // Only where no other run is at work on this host.
    let after = try HostLock.hold { (settings(), pool()) }
    if let old = before.0, let new = after.0 {
      #expect(new == old)
      #expect(after.1 == before.1)
    }
  }

  /// Starts a run, kills it at a random moment, and looks at what is left after the next start.
  /// - Returns: what it had announced.
  private func killARun(
    _ round: Int, _ folder: TestFolder, _ log: FileHandle, _ complaints: inout Int, _ random: inout SplitMix64
  ) throws -> String {
    let tool = try Tool(
      [
        "fuzz", "--system-wide", "--time", "1h", "--profile", "live",
        "--seed", "\(UInt32.random(in: 0 ... .max, using: &random))", "--findings", folder.path("findings"),
        "--kernel-log", folder.path("log"),
      ], in: folder)
    // Any moment of the start; or of the run after it, while findings are written.
    let isRunning = round % 4 == 0
    if isRunning { tool.waits(for: "keywake fuzz: ") }
    for _ in 0..<Int.random(in: 0..<25, using: &random) {
      usleep(UInt32.random(in: 2000..<16000, using: &random))
      complain(complaints, to: log)
      complaints += 1
    }
    if isRunning, round % 8 == 0 {
      complain(complaints, to: log)
      complaints += 1
      tool.waits(for: "report.txt")
    }
    let guardian = Bool.random(using: &random) ? HostLook.guardian(of: tool.pid) : nil
    let agents = HostLook.processes { $0.contains("keywake-\(tool.pid)-") }
    if let guardian { kill(guardian, SIGKILL) }
    let errors = tool.end(SIGKILL).errors
    for agent in agents { waitForTheEnd(of: agent) }
    try undo(tool, round, in: folder)
    #expect(HostLook.leftovers(of: tool.pid) == [], "round \(round), guardian killed: \(guardian != nil)")
    return errors
  }

  /// The next start, or the guardian; or a run of somebody else that starts just now.
  private func undo(_ tool: Tool, _ round: Int, in folder: TestFolder) throws {
    for _ in 0..<10 {
      HostLook.waitForTheGuardian(of: tool.pid)
      let undo = try Tool.run(["doctor", "--undo"], in: folder)
      #expect(undo.code == 0, "round \(round): \(undo.all)")
      if !undo.output.contains("\(tool.pid)-") { return }
    }
  }

  /// Init reaps it.
  private func waitForTheEnd(of process: Int32) {
    while let stat = Optional(HostLook.text("/proc/\(process)/stat")), !stat.isEmpty, !stat.contains(") Z ") {
      usleep(1000)
    }
  }

  @Test(.enabled(if: HostLook.isRoot, needsRoot), arguments: [SIGINT, SIGTERM, SIGHUP])
  func aSignalEndsTheRunWithItsSummary(signal: Int32) throws {
    try HostLock.hold {
      let folder = try TestFolder()
      let tool = try Tool(
        ["fuzz", "--system-wide", "--time", "1h", "--findings", folder.path("f"), "--kernel-log", "/dev/null"],
        in: folder)
      #expect(tool.waits(for: "huge pages"))
      let ended = tool.end(signal)
      #expect([0, 4].contains(ended.code), "\(ended)")
      #expect(ended.output.contains("stopped by a signal"))
      #expect(HostLook.leftovers(of: tool.pid) == [])
    }
  }

  @Test(.enabled(if: HostLook.isRoot, needsRoot)) func twoRunsAtOnceLeaveEachOtherAlone() throws {
    try HostLock.hold {
      let folder = try TestFolder()
      let before = (settings(), pool())
      func start(_ runs: String) throws -> Tool {
        try Tool(
          ["fuzz", "--system-wide", "--runs", runs, "--findings", folder.path("f"), "--kernel-log", "/dev/null"],
          in: folder)
      }
      let long = try start("1000000")
      #expect(long.waits(for: "huge pages"))
      let short = try start("20").end()
      #expect(short.code == 0, "\(short.all)")
      // The one that goes on still has what it made.
      let still = HostLook.leftovers(of: long.pid)
      #expect(still.contains { $0.hasPrefix("/proc/swaps") } == HostLook.capabilities.has(.swapFile), "\(still)")
      #expect(still.contains { $0.hasPrefix("lease") })
      let undo = try Tool.run(["doctor", "--undo"], in: folder)
      #expect(undo.output.contains("still running: ") && undo.output.contains("\(long.pid)-"))
      #expect(HostLook.leftovers(of: long.pid).count >= still.count - 2)
      #expect(long.end(SIGTERM).code == 0)
      #expect(HostLook.leftovers(of: long.pid) == [])
      if let old = before.0, let new = settings() {
        #expect(new == old)
        #expect(pool() == before.1)
      }
    }
  }
}
