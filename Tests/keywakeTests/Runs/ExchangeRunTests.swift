import Foundation
import Testing

/// `keywake minimize`, `export`, `import` and `replay --annotations` as a user runs them.
@Suite struct ExchangeRunTests {
  private static let setting = """
    process a
    process b
    file f memfd pages=2
    file g memfd pages=1
    a map x f pages=0..1 shared rw
    b map y f pages=0..1 shared rw
    a map z g pages=0..0 shared rw
    a store z+0 7
    """
  private static let long = """
    \(setting)
    b store y+0x1000 3
    a load z+0
    a truncate f pages=0
    b load z+0
    b wake y+0x10 count=1
    a wake z+0 count=1
    """

  private func wrongAgent(_ how: String = "forgets-the-end", in folder: TestFolder) throws -> String {
    let path = folder.path("WrongAgent")
    let made = try Tool.run(
      ["-c", "cp \"$0\" \"$1\" && printf %s \"$2\" >>\"$1\"", Tool.program("WrongAgent"), path, how],
      program: "/bin/sh", in: folder)
    #expect(made.code == 0)
    return path
  }

  /// Without the line that uses another process' mapping.
  private func scenario(_ folder: TestFolder) throws -> String {
    try folder.scenario(
      Self.long.split(separator: "\n").filter { $0 != "b load z+0" }.joined(separator: "\n") + "\n")
  }

  @Test func aFindingBecomesMinimalAndAProgram() throws {
    let folder = try TestFolder()
    let file = try scenario(folder)
    let agent = try wrongAgent(in: folder)
    let arguments = ["minimize", file, "--confirmations", "2", "--agent", agent, "--kernel-log", "/dev/null"]
    let ended = try Tool.run(arguments, in: folder)
    #expect(ended.code == 1, "\(ended.all)")
    let minimal = folder.text("scenario.min.kw").split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(
      minimal == [
        "keywake 1", "process a", "file f memfd pages=0", "a map x f pages=0..0 shared rw", "a wake x+0 count=0",
      ]
        || minimal.count <= 5, "\(minimal)")
    #expect(ended.output.contains("nothing more can be taken away"))
    // Again from what is reached: nothing is left to do.
    let again = try Tool.run(arguments + ["--resume", "--json"], in: folder)
    #expect(again.code == 1, "\(again.all)")
    #expect(again.output.contains("\"candidates\" : 0"), "\(again.output)")
    let exported = try Tool.run(
      ["export", folder.path("scenario.min.kw"), "--as", "kselftest", "--output", folder.path("test.c")], in: folder)
    #expect(exported.code == 0, "\(exported.all)")
    #expect(folder.text("test.c").contains("TAP version 13"))
    // This host's own kernel shows no finding.
    let right = try Tool.run(["minimize", file, "--kernel-log", "/dev/null", "--confirmations", "1"], in: folder)
    #expect(right.code == 0, "\(right.all)")
    #expect(right.errors.contains("does not show a finding"))
  }

  private static let race = """
    \(setting)
    a wait x+0x10 value=0 -> w
    race
      lane a: load z+0 ; wake x+0x1010 count=1
      lane b: store y+0x20 5 ; wake y+0x1010 count=1
    end
    a load z+0
    a cancel w
    """

  /// By the outcome of a race: a wake that ends a waiter of another page. The program shows it on the same kernel, and on
  /// this host's own it does not.
  @Test func aFindingInARaceBecomesMinimalAndAProgram() throws {
    let folder = try TestFolder()
    let file = try folder.scenario(Self.race)
    let agent = try wrongAgent("ignores-the-page", in: folder)
    let ended = try Tool.run(["minimize", file, "--agent", agent, "--kernel-log", "/dev/null"], in: folder)
    #expect(ended.code == 1, "\(ended.all)")
    #expect(ended.output.contains("race-outcome_load-wake-against-store-wake_memfd-shared_live-"), "\(ended.all)")
    #expect(ended.output.contains("nothing more can be taken away"), "\(ended.all)")
    let minimal = folder.text("scenario.min.kw").split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(minimal.count <= 9, "\(minimal)")
    #expect(minimal.contains { $0.hasPrefix("  lane ") && $0.contains(": wake ") }, "\(minimal)")
    let source = folder.path("program.c")
    let exported = try Tool.run(
      ["export", folder.path("scenario.min.kw"), "--as", "c", "--output", source], in: folder)
    #expect(exported.code == 0, "\(exported.all)")
    let kernel = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../WrongAgent/WrongAgent.c").path
    let compiled = try Tool.run(
      [
        "-c",
        """
        gcc -O1 -pthread "$0" -o right && gcc -O1 -pthread -c -Dmain=kw_agent_main "$0" -o part.o &&
        gcc -O1 -pthread "$1" part.o -o wrong && printf ignores-the-page >>wrong
        """.replacingOccurrences(of: "\n", with: " "), source, kernel,
      ], wrapper: ["env", "-C", folder.url.path], program: "/bin/sh", in: folder)
    #expect(compiled.code == 0, "\(compiled.all)")
    for (program, code) in [("right", Int32(0)), ("wrong", 1)] {
      let ran = try Tool.run(
        [], wrapper: ["env", "KEYWAKE_ROUNDS=40"], program: folder.path(program), in: folder)
      #expect(ran.code == code, "\(ran.all)")
      #expect(ran.output.contains("FORBIDDEN") == (code == 1), "\(ran.all)")
    }
  }

  @Test func aKilledReductionGoesOnFromTheDisk() throws {
    let folder = try TestFolder()
    let file = try scenario(folder)
    let arguments = [
      "minimize", file, "--confirmations", "1", "--agent", try wrongAgent(in: folder), "--kernel-log", "/dev/null",
    ]
    let first = try Tool(arguments, in: folder)
    // The state is there after the first step that took something away.
    while folder.text("scenario.min.kw.state.json").isEmpty { usleep(1000) }
    first.end(SIGKILL)
    let reached = folder.text("scenario.min.kw")
    #expect(reached.contains("keywake 1"), "a whole file at any moment")
    let second = try Tool.run(arguments + ["--resume"], in: folder)
    #expect(second.code == 1, "\(second.all)")
    #expect(folder.text("scenario.min.kw").split(separator: "\n").filter { !$0.hasPrefix("#") }.count <= 5)
    #expect(HostLook.names(folder.url.path).filter { $0.contains(".draft-") }.count <= 1)
    // The state of another scenario is not taken for this one's.
    let other = try folder.scenario("process a\n", "other.kw")
    try folder.write(folder.text("scenario.min.kw.state.json"), to: "other.min.kw.state.json")
    let refused = try Tool.run(["minimize", other, "--resume"], in: folder)
    #expect(refused.code == 2)
    #expect(refused.errors.contains("the state of reducing another scenario"))
  }

  @Test func aLogBecomesAScenario() throws {
    let folder = try TestFolder()
    let log = try folder.write(
      """
      100 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000
      100 futex(0x7f0000000010, FUTEX_WAKE, 1) = 0
      100 shmat(3, NULL, 0) = 0x7f0000100000

      """, to: "log")
    let made = try Tool.run(["import", log, "--output", folder.path("made.kw")], in: folder)
    #expect(made.code == 0, "\(made.all)")
    #expect(folder.text("made.kw").contains("a wake "), "\(folder.text("made.kw"))")
    #expect(made.errors.contains("shmat"))
    #expect(try Tool.run(["replay", folder.path("made.kw")], in: folder).code == 0)
    #expect(try Tool.run(["import", folder.path("none")], in: folder).code == 2)
    #expect(try Tool.run(["import", try folder.write("100 exit(0)\n", to: "empty")], in: folder).code == 4)
  }

  @Test func annotationsNameTheLine() throws {
    let folder = try TestFolder()
    let file = try folder.scenario(
      "# A comment.\nprocess a\na map x anonymous pages=1 private rw\n\na wake x+0 count=1 => 5\n", "wrong.kw")
    let ended = try Tool.run(["replay", file, "--annotations", "github", "--waiters", "thread"], in: folder)
    #expect(ended.code == 1, "\(ended.all)")
    #expect(
      ended.output.contains(
        "::error file=\(file),line=6,title=keywake%3A stated::wake with thread waiters: promised 5"), "\(ended.output)")
    let broken = try folder.scenario("process a\na frob\n", "broken.kw")
    let unreadable = try Tool.run(["replay", broken, "--annotations", "github"], in: folder)
    #expect(unreadable.code == 2)
    #expect(
      unreadable.output.contains("::error file=\(broken),line=3,title=keywake%3A unreadable::"), "\(unreadable.output)")
    #expect(try Tool.run(["replay", file, "--annotations", "gitlab"], in: folder).code == 2)
  }
}
