import Foundation
import LiveKernel
import Testing

/// Bad input on every flag and in every kind of file: a clear error with what was expected, exit code 2, nothing run.
@Suite struct RunInputTests {
  /// A command line, with `%` for the test's folder, and what its error must say.
  struct Case: CustomStringConvertible, Sendable {
    var words: String
    var says: String
    var description: String { words }
    init(_ words: String, _ says: String) {
      self.words = words
      self.says = says
    }
  }

  static let flags: [Case] = [
    Case("nonsense", "Unexpected argument 'nonsense'"),
    Case("fuzz extra", "Unexpected argument 'extra'"),
    Case("fuzz --time 0", "90s, 5m, 2h"), Case("fuzz --time 1.5h", "90s, 5m, 2h"), Case("fuzz --time -5", "--time"),
    Case("fuzz --hang-after never", "20s, 2m"),
    Case("fuzz --runs x", "--runs"), Case("fuzz --runs -1", "--runs"),
    Case("fuzz --runs 99999999999999999999", "--runs"), Case("fuzz --seed minus", "--seed"),
    Case("fuzz --profile weird", "'live-basic', 'live'"), Case("fuzz --waiters hens", "'ring', 'thread' or 'both'"),
    Case("fuzz --runs 1 --findings /proc/none", "--findings: cannot create /proc/none"),
    Case("fuzz --runs 1 --findings /etc/passwd", "--findings: expected a folder"),
    Case("fuzz --runs 1 --findings %/file/below", "--findings: cannot create"),
    Case("fuzz --runs 1 --known-issues %/none", "the folder of known issues cannot be listed"),
    Case("fuzz --runs 1 --known-issues %/issues", "bad.kw: expected '# kernels:"),
    Case("fuzz --runs 1 --agent %/none", "--agent: expected an executable file"),
    Case("fuzz --runs 1 --agent %/file", "--agent: expected an executable file"),
    Case("fuzz --runs 1 --tmpfs-folder %/none", "--tmpfs-folder: expected a folder on tmpfs"),
    Case("fuzz --runs 1 --disk-folder /dev/shm", "--disk-folder: expected a folder on a disk"),
    Case("fuzz --runs 1 --kernel-log %/none", "--kernel-log"),
    Case("replay", "Missing expected argument"), Case("replay %/none", "no such file or folder"),
    Case("replay %/good.kw --junit %/none/x.xml", "--junit: cannot write into the folder"),
    Case("replay %/good.kw --junit %", "--junit: expected a file"),
    Case("replay %/good.kw --findings %/file", "--findings: expected a folder"),
    Case("show %/good.kw --release x", "--release"), Case("show %/good.kw --release 6", "--release"),
    Case("corpus check %/good.kw --release now", "--release"),
    Case("corpus pack %/good.kw", "--output"), Case("corpus pack %/good.kw -o %/file", "cannot create the folder"),
    Case("corpus unpack %/none", "cannot be read"), Case("corpus unpack %/good.kw -o /proc/none", "cannot create"),
    Case("generate --count 0", "at least 1"), Case("generate --count x", "--count"),
    Case("generate --number -1", "--number"), Case("generate --profile x", "'live-basic', 'live' or 'all'"),
    Case("generate -o %/file", "cannot create the folder"),
    Case("explore %/none", "no such file or folder"),
    Case("explore %/file --variant 99", "no version '99'"), Case("explore %/file --states x", "--states"),
    Case("explore %/file --program %/good.kw", "good.kw:1:1: expected"),
    Case("explain %/none", "no such file or folder"), Case("explain %/file --variant all", "expected one version"),
    Case("variants show 0.1", "no version '0.1'"), Case("bench live --seconds 0", "--seconds"),
    Case("bench live --seconds x", "--seconds"), Case("doctor extra", "Unexpected argument"),
  ]

  private func place() throws -> TestFolder {
    let folder = try TestFolder()
    try folder.write("not a race\n", to: "file")
    _ = try folder.scenario("process a\n", "good.kw")
    _ = try folder.make("issues")
    try folder.write(
      "keywake 1\n# title: x\n# rules: keys\n# kernels: soon\n#\n# Why.\nprocess a\n", to: "issues/bad.kw")
    return folder
  }

  @Test(arguments: flags) func aBadFlagIsRefused(_ bad: Case) throws {
    let folder = try place()
    let words = bad.words.split(separator: " ").map { String($0).replacing("%", with: folder.url.path) }
    let ended = try Tool.run(words, in: folder)
    #expect(ended.code == 2, "\(ended.all)")
    #expect(ended.errors.contains(bad.says.replacing("%", with: folder.url.path)), "\(ended.all)")
    #expect(!ended.output.contains("scenarios"), "it ran: \(ended.output)")
  }

  /// Text of a scenario file, and where the error is.
  static let files: [(text: String, place: String, expected: String)] = [
    ("", "1:1", "the version line 'keywake 1'"), ("keywake 2\n", "1:9", "version 1"),
    ("keywake 1\nprocess a\na wate x+0\n", "3:3", "an operation"),
    ("keywake 1\nprocess a\na map x anonymous pages=9 shared rw\n", "3:25", "from 1 to 8"),
    ("keywake 1\nprocess a\na wake x+0x2000000 count=1\n", "3:10", "windows"),
    ("keywake 1\nprocess ../../etc\n", "2:9", "a name"),
    ("keywake 1\nfile /etc/passwd disk pages=1\n", "2:6", "a name"),
    ("keywake 1\nprocess a\nfile f ../up pages=1\n", "3:8", "memfd"),
  ]

  @Test(arguments: files) func aBadFileIsRefused(_ bad: (text: String, place: String, expected: String)) throws {
    let folder = try place()
    let path = try folder.write(bad.text, to: "bad.kw")
    for command in [["replay", path], ["show", path], ["corpus", "check", path]] {
      let ended = try Tool.run(command, in: folder)
      #expect(ended.code == 2, "\(ended.all)")
      #expect(ended.errors.contains("\(path):\(bad.place): expected "), "\(ended.all)")
      if bad.expected != "windows" { #expect(ended.errors.contains(bad.expected), "\(ended.all)") }
    }
  }

  @Test func whatIsNoRegularFileIsRefused() throws {
    let folder = try place()
    mkfifo(folder.path("pipe.kw"), 0o600)
    symlink("loop.kw", folder.path("loop.kw"))
    for file in [folder.path("pipe.kw"), "/dev/zero", "/dev/null"] {
      let ended = try Tool.run(["replay", file], in: folder)
      #expect(ended.code == 2 && ended.errors.contains("expected a regular file"), "\(ended.all)")
    }
    // In a folder each is told, and the good one runs.
    let ended = try Tool.run(["replay", folder.url.path, "--waiters", "thread"], in: folder)
    #expect(ended.code == 2, "\(ended.all)")
    #expect(ended.output.contains("2 agree") && ended.errors.contains("pipe.kw: expected a regular file"))
  }

  @Test func aFileOfGigabytesIsNotRead() throws {
    let folder = try place()
    let path = try folder.write("", to: "big.kw")
    #expect(truncate(path, 1 << 36) == 0)
    let ended = try Tool.run(["replay", path], wrapper: ["prlimit", "--data=\(512 << 20)"], in: folder)
    #expect(ended.code == 2 && ended.errors.contains("at most 1048576 bytes"), "\(ended.all)")
  }

  /// The most that the language lets a stranger ask for.
  @Test func aGreedyScenarioStaysInItsFolderAndItsBounds() throws {
    let folder = try TestFolder()
    var text = "process a\n"
    for (index, kind) in ["memfd", "memfd-thp", "tmpfs", "disk", "memfd-thp", "sysv", "memfd-thp"].enumerated() {
      text += "file f\(index) \(kind) pages=8\n"
      if kind != "sysv" { text += "a grow f\(index) pages=8\n" }
      text += "a map x\(index) f\(index) pages=0..7 shared rw\(kind == "sysv" ? "" : " populate")\n"
    }
    text += "a map y anonymous pages=8 private rw populate huge\na fork b\na fork c\na fork d\n"
    for actor in ["a", "b", "c", "d"] {
      for page in 0..<8 { text += "\(actor) store y+0x\(String(page << 21, radix: 16)) 1\n" }
    }
    text = text.split(separator: "\n").prefix(64).joined(separator: "\n")
    let scenario = try folder.scenario(text)
    let ended = try Tool.run(["replay", scenario, "--waiters", "thread"], in: folder)
    #expect([0, 4].contains(ended.code), "\(ended.all)")
    #expect(HostLook.names(folder.url.path).filter { !$0.hasPrefix("run-") } == ["scenario.kw"])
    // Seven files and a mapping of 16 MiB at most, in four address spaces.
    #expect(HostLook.leftovers(of: 0) == [])
  }
}
