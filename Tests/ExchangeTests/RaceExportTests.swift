import Contract
import Exchange
import Foundation
import Scenario
import Testing

/// A race as a C program: many rounds, a histogram, and 1 where an outcome is not promised.
@Suite(.serialized) struct RaceExportTests {
  private static let race = """
    keywake 1
    process a
    process b
    file f memfd pages=2
    a map x f pages=0..1 shared rw
    b map y f pages=0..1 shared rw
    race
      lane a: wait x+0x10 value=0 -> w
      lane b: store y+0x10 1 ; wake y+0x10 count=1
    end
    a wake x+0x10 count=8
    b truncate f pages=0
    b wake y+0x10 count=1
    """

  private func export(_ style: CExport.Style) throws -> String {
    let scenario = try ScenarioParser.parse(Self.race, file: "test")
    return try CExport(release: KernelRelease(6, 18), style: style).text(scenario, title: ["A race"])
  }

  @Test func outcomesAreCountedAndJudged() throws {
    let text = try export(.program)
    let folder = try TestFolder()
    for compiler in Compilers.all {
      let program = folder.url.appending(path: "race")
      try Compilers.compile(text, with: compiler, to: program)
      let result = try Compilers.run(program.path, [])
      #expect(result.code == 0, "\(result)")
      #expect(result.output.contains("60 rounds, 0 with an outcome that is not promised"), "\(result)")
      let rows = result.output.split(separator: "\n").filter { $0.contains("  allowed    ") }
      #expect(rows.allSatisfy { $0.contains("waits | 0 1 wakes w") || $0.contains("error 11") }, "\(rows)")
    }
    // Were it forbidden that the wake comes too early, or what follows that it finds nobody.
    let early = text.replacing("{{-EAGAIN, 0, 0}, 0, 0, 0},", with: "{{-EAGAIN, 0, 7}, 0, 0, 0},")
      .replacing("{{WAITS, 0, 1}, 1U << waiter_w, 0, 0},", with: "{{WAITS, 0, 7}, 1U << waiter_w, 0, 0},")
    let after = text.replacing("allow(-EFAULT, 0, 0, 0);", with: "allow(5, 0, 0, 0);")
    for (broken, words) in [(early, "FORBIDDEN"), (after, "promised EFAULT; seen error 14")] {
      #expect(broken != text)
      let program = folder.url.appending(path: "broken")
      try Compilers.compile(broken, with: try #require(Compilers.all.first), to: program)
      let result = try Compilers.run(program.path, [])
      #expect(result.code == 1, "\(result)")
      #expect(result.output.contains(words), "\(result)")
      #expect(result.output.contains("60 rounds, 60 with"), "\(result)")
    }
  }

  @Test func asASelfTest() throws {
    let folder = try TestFolder()
    let program = folder.url.appending(path: "race")
    try Compilers.compile(try export(.kselftest), with: try #require(Compilers.all.first), to: program)
    let result = try Compilers.run(program.path, [])
    #expect(result.code == 0)
    #expect(result.output.hasPrefix("TAP version 13\n1..1\n# "), "\(result)")
    #expect(result.output.contains("\nok 1 60 rounds"), "\(result)")
  }

  /// What follows is promised by the outcome: a waiter that was not woken in the race is found after it.
  @Test func whatFollowsIsHeldAgainstTheOutcome() throws {
    let text = """
      keywake 1
      process a
      process b
      file f memfd pages=1
      a map x f pages=0..0 shared rw
      b map y f pages=0..0 shared rw
      race
        lane a: wait x+0x10 value=0 -> w
        lane b: wake y+0x10 count=1
      end
      a wake x+0x10 count=8
      """
    let scenario = try ScenarioParser.parse(text, file: "test")
    let exported = try CExport(release: KernelRelease(6, 18), style: .program).text(scenario, title: ["A race"])
    #expect(exported.contains("switch (outcome) {"))
    let folder = try TestFolder()
    let program = folder.url.appending(path: "race")
    try Compilers.compile(exported, with: try #require(Compilers.all.last), to: program)
    let result = try Compilers.run(program.path, [])
    #expect(result.code == 0, "\(result)")
  }
}
