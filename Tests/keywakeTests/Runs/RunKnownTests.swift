import Foundation
import Testing

/// Known issues as the tool shows them.
@Suite struct RunKnownTests {
  private func place() throws -> TestFolder {
    let folder = try TestFolder()
    _ = try folder.make("known-issues")
    // What no kernel does is stated, so that the issue shows on each of them.
    try folder.write(
      """
      keywake 1
      # title: loads give 8
      # rules: stated
      # kernels: 5.0-
      #
      # Planted in a test.
      process a
      a map x anonymous pages=1 private rw
      a load x+0 => 8
      """, to: "known-issues/planted.kw")
    try folder.write(
      """
      keywake 1
      # title: wakes of nobody fail
      # rules: wake-count-zero
      # kernels: 5.0-
      # waiters: thread
      #
      # Mended long ago.
      process a
      a map x anonymous pages=1 private rw
      a wake x+0 count=1 => 0
      """, to: "known-issues/mended.kw")
    return folder
  }

  @Test func replayCountsThemAndSaysWhichAreGone() throws {
    let folder = try place()
    let issues = folder.path("known-issues")
    let ended = try Tool.run(
      ["replay", issues, "--known-issues", issues, "--waiters", "thread", "--findings", folder.path("f")], in: folder)
    #expect(ended.code == 0, "\(ended.all)")
    #expect(ended.output.contains("1 agree, 0 disagree, 1 known"))
    #expect(ended.output.contains("1 known: planted"))
    #expect(ended.output.contains("known issue no longer reproduces: mended (thread)"))
    #expect(HostLook.names(folder.path("f")) == [])
    let json = try Tool.run(
      ["replay", issues, "--known-issues", issues, "--waiters", "thread", "--json"], in: folder)
    #expect(json.output.contains("\"noLongerReproduces\"") && json.output.contains("\"planted\" : 1"))
  }

  @Test func fuzzSaysWhichAreGone() throws {
    let folder = try place()
    let ended = try Tool.run(
      [
        "fuzz", "--runs", "3", "--seed", "5", "--known-issues", folder.path("known-issues"), "--waiters", "thread",
        "--findings", folder.path("f"), "--kernel-log", "/dev/null",
      ], in: folder)
    #expect(ended.code == 0, "\(ended.all)")
    #expect(ended.output.contains("known issue no longer reproduces: mended (thread)"))
    #expect(!ended.output.contains("planted"))
  }

  @Test func nothingElseInTheScenarioIsHidden() throws {
    let folder = try place()
    let issues = try folder.make("others")
    try folder.write(
      """
      keywake 1
      # title: private wakes give 7
      # rules: stated
      # kernels: 5.0-
      # private: yes
      #
      # Planted in a test.
      process a
      a map x anonymous pages=1 private rw
      a wake x+0 count=1 private => 7
      """, to: "others/private-wakes.kw")
    let text = "process a\na map x anonymous pages=1 private rw\na wake x+0 count=1 private => 7\n"
    func replay(_ more: String) throws -> Tool.Ended {
      try Tool.run(
        ["replay", try folder.scenario(text + more), "--known-issues", issues, "--waiters", "thread"], in: folder)
    }
    let known = try replay("")
    #expect(known.code == 0 && known.output.contains("1 known: private-wakes"), "\(known.all)")
    let both = try replay("a load x+0 => 8\n")
    #expect(both.code == 1 && both.errors.contains("operation 4, rule stated"), "\(both.all)")
  }
}
