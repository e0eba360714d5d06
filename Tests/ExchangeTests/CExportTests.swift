import Contract
import CorpusFiles
import CrossCheck
import Exchange
import Foundation
import LiveKernel
import Scenario
import Testing

/// The programs are held against Keywake's own verdict on the kernel that this runs on.
///
/// A sample of the corpus unless `KEYWAKE_EXPORT_ALL` is set: then all of it, with a line about each that cannot be
/// exported or did not run.
@Suite(.serialized) struct CExportTests {
  private static let isWhole = ProcessInfo.processInfo.environment["KEYWAKE_EXPORT_ALL"] != nil
  private static let sample = CorpusFile.all.enumerated().filter { isWhole || $0.offset % 40 == 0 }.map(\.element)
  private static let release =
    KernelRelease(
      uname: (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)) ?? "") ?? .newest

  @Test func bothCompilersAreThere() {
    #expect(Compilers.all.count == 2, "Fuzz/setup installs gcc; clang comes with Swift: \(Compilers.all)")
  }

  /// What became of one scenario.
  private enum Outcome {
    case refused(String), same, skipped(String), ours(String)
  }

  @Test func programsComeToTheSameVerdict() throws {
    var options = LiveOptions()
    options.swap = false
    let kernel = LiveKernelUnderTest(release: Self.release, options: options)
    defer { kernel.renew() }
    let judge = Judge(release: Self.release)
    var counts: [String: Int] = [:]
    var remarks: [String] = []
    for file in Self.sample {
      let key: String
      switch try outcome(file, kernel, judge) {
      case .refused(let reason): (key, remarks) = ("not exportable", remarks + ["\(file): \(reason)"])
      case .same: key = "same verdict"
      case .skipped(let reason): (key, remarks) = ("the program skips", remarks + ["\(file): program: \(reason)"])
      case .ours(let reason): (key, remarks) = ("Keywake does not decide", remarks + ["\(file): \(reason)"])
      }
      counts[key, default: 0] += 1
    }
    if Self.isWhole {
      for remark in remarks { print("export: \(remark)") }
      for (key, count) in counts.sorted(by: { $0.key < $1.key }) { print("export: \(count) \(key)") }
    }
    #expect(counts["same verdict", default: 0] > Self.sample.count / 3)
  }

  private func outcome(_ file: CorpusFile, _ kernel: LiveKernelUnderTest, _ judge: Judge) throws -> Outcome {
    let scenario = try file.read().scenario
    let text: String
    do throws(NotExportable) {
      text = try CExport(release: Self.release, style: .program).text(scenario, title: [file.path])
    } catch {
      return .refused(error.description)
    }
    let folder = try TestFolder()
    var results: [(code: Int32, output: String)] = []
    for (index, compiler) in Compilers.all.enumerated() {
      let program = folder.url.appending(path: "program-\(index)")
      do {
        try Compilers.compile(text, with: compiler, to: program)
      } catch {
        Issue.record("\(file): \(error)")
        continue
      }
      results.append(try Compilers.run(program.path, []))
    }
    let codes = Set(results.map(\.code))
    #expect(codes.count <= 1, "\(file): \(results)")
    guard let code = codes.first else { return .refused("does not compile") }
    if code == 2 { return .skipped(results[0].output.split(separator: "\n").last.map(String.init) ?? "") }
    let verdict = judge.judge(scenario, kernel.run(scenario, waiters: .thread), waiters: .thread)
    switch verdict {
    case .agree, .disagree:
      let expected: Int32 = verdict.kind == .agree ? 0 : 1
      #expect(code == expected, "\(file): Keywake \(verdict), the program:\n\(results[0].output)")
      return .same
    default:
      #expect(code == 0, "\(file): Keywake \(verdict), the program:\n\(results[0].output)")
      return .ours("\(verdict)")
    }
  }

  private static let wake = """
    keywake 1
    process a
    process b
    file f memfd pages=2
    a map x f pages=0..1 shared rw
    b map y f pages=0..1 shared rw
    a wait x+0x10 value=0 -> w
    a pageout x
    b wake y+0x10 count=1
    a truncate f pages=0
    b wake y+0x10 count=1
    """

  @Test func aBrokenPromiseIsSeen() throws {
    let scenario = try ScenarioParser.parse(Self.wake, file: "test")
    let text = try CExport(release: Self.release, style: .program).text(scenario, title: ["A wake"])
    let broken = text.replacing("allow(1, 1U << waiter_w, 0, 0);", with: "allow(2, 1U << waiter_w, 0, 0);")
    #expect(broken != text)
    let folder = try TestFolder()
    let program = folder.url.appending(path: "broken")
    try Compilers.compile(broken, with: try #require(Compilers.all.first), to: program)
    let result = try Compilers.run(program.path, [])
    #expect(result.code == 1)
    #expect(result.output.contains("!! 8: b wake y+0x10 count=1: promised 1 wakes w; seen 1 wakes w"), "\(result)")
  }

  /// A wait that ends by itself leaves no waiter: cancelling it needs no thread.
  @Test func aCancelWithoutAWaiter() throws {
    let text =
      "process a\na map x anonymous pages=1 shared rw\na wait x+0 value=0 timeout=relative-zero -> w\na cancel w"
    let scenario = try ScenarioParser.parse("keywake 1\n" + text, file: "test")
    let exported = try CExport(release: Self.release, style: .program).text(scenario, title: ["A cancel"])
    let folder = try TestFolder()
    for compiler in Compilers.all {
      let program = folder.url.appending(path: "cancel")
      try Compilers.compile(exported, with: compiler, to: program)
      let result = try Compilers.run(program.path, [])
      #expect(result.code == 0, "\(result)")
    }
  }

  @Test func theSelfTestSpeaksTAP() throws {
    let scenario = try ScenarioParser.parse(Self.wake, file: "test")
    let text = try CExport(release: Self.release, style: .kselftest).text(scenario, title: ["A wake"])
    let folder = try TestFolder()
    for compiler in Compilers.all {
      let program = folder.url.appending(path: "selftest")
      try Compilers.compile(text, with: compiler, to: program)
      let result = try Compilers.run(program.path, [])
      #expect(result.code == 0)
      let lines = result.output.split(separator: "\n")
      #expect(lines.prefix(2) == ["TAP version 13", "1..10"])
      #expect(lines.contains("ok 8 b wake y+0x10 count=1"))
      #expect(lines.last == "# Totals: pass:10 fail:0 xfail:0 xpass:0 skip:0 error:0")
      let broken = text.replacing("allow(1, 1U << waiter_w, 0, 0);", with: "allow(0, 0, 0, 0);")
      try Compilers.compile(broken, with: compiler, to: program)
      let failed = try Compilers.run(program.path, [])
      #expect(failed.code == 1)
      #expect(failed.output.contains("not ok 8 b wake y+0x10 count=1"))
      #expect(failed.output.contains("# Totals: pass:7 fail:1 xfail:0 xpass:0 skip:2 error:0"))
    }
  }

  @Test(arguments: [
    ("process a\nfile f memfd pages=1\na evict f", "operation 3, 'a evict f'"),
    (
      "process a\nprocess b\na map x anonymous pages=1 shared rw\nrace\nlane a: load x+0\nlane b: exit\nend",
      "operation 4, 'race': a lane that ends with its actor"
    ),
  ])
  func whatCannotBeExportedSaysWhy(_ text: String, _ expected: String) throws {
    let scenario = try ScenarioParser.parse("keywake 1\n" + text, file: "test")
    #expect {
      try CExport(release: Self.release, style: .program).text(scenario, title: [])
    } throws: { "\($0)".contains(expected) }
  }
}
