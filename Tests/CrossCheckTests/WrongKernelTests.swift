import Contract
import CrossCheck
import Foundation
import LiveKernel
import Scenario
import SystemPackage
import Testing

/// Kernels that are wrong on purpose, behind the agent's own interface: each is caught, within a number of runs.
@Suite(.serialized) struct WrongKernelTests {
  /// Where the build puts programs.
  private static let programs = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()

  /// The agent that is wrong in this way, in a folder of its own.
  private static func agent(_ wrong: String) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "keywake-wrong-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let agent = folder.appending(path: "WrongAgent")
    var program = try Data(contentsOf: Self.programs.appending(path: "WrongAgent"))
    program.append(contentsOf: wrong.utf8)
    try program.write(to: agent)
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: agent.path)
    return agent
  }

  private static func report(_ text: String, wrong: String, runs: Int) throws -> LitmusReport {
    let agent = try Self.agent(wrong)
    defer { try? FileManager.default.removeItem(at: agent.deletingLastPathComponent()) }
    var options = LiveOptions()
    options.waiters = .thread
    options.races = true
    options.agent = FilePath(agent.path)
    let kernel = try LiveKernel(options)
    defer { kernel.shutDown() }
    kernel.schedule = RaceSchedule(seed: 3)
    var litmus = LitmusRun(try ScenarioParser.parse("keywake 1\n" + text, file: "test"), release: KernelRelease(6, 18))
    return litmus.run(on: kernel, until: { $0 >= runs })
  }

  private static let lostWake = """
    process a
    process b
    file f memfd pages=1
    a map x f pages=0..0 shared rw
    b map y f pages=0..0 shared rw
    a wait x+0x10 value=0 -> w
    race
      lane a: wait x+0x20 value=0 -> v
      lane b: store y+0x20 1 ; wake y+0x10 count=1
    end
    """
  private static let pages = """
    process a
    process b
    file f memfd pages=2
    a map x f pages=0..1 shared rw
    b map y f pages=0..1 shared rw
    a wait x+0x10 value=0 -> w
    race
      lane a: wake x+0x1010 count=1
      lane b: wake y+0x1010 count=1
    end
    a cancel w
    """
  private static let end = """
    process a
    process b
    file f memfd pages=1
    a map x f pages=0..0 shared rw
    b map y f pages=0..0 shared rw
    race
      lane a: truncate f pages=0
      lane b: wake y+0x10 count=1
    end
    a wake x+0x10 count=1
    """

  @Test(arguments: [("misses-wakes", lostWake, 3000), ("ignores-the-page", pages, 50), ("forgets-the-end", end, 50)])
  func isCaught(_ wrong: String, _ text: String, _ runs: Int) throws {
    let found = try Self.report(text, wrong: wrong, runs: runs)
    #expect(found.skipped == nil)
    #expect(found.fault == nil)
    #expect(!found.forbidden.isEmpty, "\(found.rows)")
    let right = try Self.report(text, wrong: "no", runs: 50)
    #expect(right.forbidden.isEmpty, "\(right.rows)")
    #expect(right.runs >= 50)
  }

  /// The books of a stress run do not agree on such a kernel. By number of calls, not by time.
  @Test(arguments: ["misses-wakes", "ignores-the-page", "forgets-the-end"])
  func isCaughtByStress(_ wrong: String) throws {
    let agent = try Self.agent(wrong)
    defer { try? FileManager.default.removeItem(at: agent.deletingLastPathComponent()) }
    var options = StressOptions()
    options.agent = FilePath(agent.path)
    options.waiters = 1000
    options.seed = 11
    let run = try StressRun(options)
    while run.isRunning, run.counts.operations < 2_000_000 { sched_yield() }
    run.end()
    #expect(run.fault == nil)
    #expect(run.finding != nil, "\(run.counts)")
    if wrong == "forgets-the-end" { #expect(run.finding?.rule == .noFault) }
  }
}
