import Foundation
import Testing

/// `keywake explore` as a user runs it.
@Suite struct RunSearchTests {
  private static let races = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../Corpus/litmus/waiters.litmus").standardized.path

  private func explore(_ folder: TestFolder, _ more: [String]) throws -> Tool.Ended {
    try Tool.run(["explore", Self.races, "--variant", "all"] + more, in: folder)
  }

  /// The text without the time that a run took.
  private func lines(_ ended: Tool.Ended) -> [Substring] { ended.output.split(separator: "\n").dropLast() }

  @Test func aSearchThatABoundEndedGoesOn() throws {
    let folder = try TestFolder()
    let whole = try explore(folder, [])
    let keep = ["--keep", folder.path("kept")]
    let first = try explore(folder, keep + ["--states", "200"])
    #expect(first.output.contains("undecided"), "\(first.all)")
    let kept = HostLook.names(folder.path("kept"))
    #expect(!kept.isEmpty)
    #expect(kept.allSatisfy { $0.hasSuffix(".search") })
    // One is damaged: that is said, and it begins anew.
    let damaged = folder.path("kept/\(kept.min() ?? "")")
    let handle = try #require(FileHandle(forWritingAtPath: damaged))
    try handle.truncate(atOffset: 5000)
    let second = try explore(folder, keep)
    #expect(second.errors.contains("\(damaged): expected a kept search of this race"), "\(second.errors)")
    #expect(second.code == whole.code)
    #expect(lines(second) == lines(whole))
    #expect(HostLook.names(folder.path("kept")).isEmpty)
  }

  /// However many work at it, the output is the same, byte for byte.
  @Test func theNumberOfJobsDoesNotShow() throws {
    let folder = try TestFolder()
    #expect(lines(try explore(folder, ["-j", "1"])) == lines(try explore(folder, ["-j", "3"])))
  }

  /// The schedule of an outcome that is allowed is kept, replayed, and followed on this kernel.
  @Test func anyOutcomesScheduleIsKeptAndFollowed() throws {
    let folder = try TestFolder()
    let file = try folder.scenario(
      """
      process a
      process b
      file f memfd pages=1
      a map x f pages=0..0 shared rw
      b map y f pages=0..0 shared rw
      race
        lane a: wait x+0x10 value=0 -> w
        lane b: store y+0x10 1 ; wake y+0x10 count=1
      end
      """)
    for (outcome, text) in [("EAGAIN | 0, 0", "EAGAIN | 0,0"), ("1", "1 | 0,1")] {
      let ended = try Tool.run(["explore", file, "--record", "--outcome", outcome], in: folder)
      #expect(ended.code == 0, "\(ended.all)")
      #expect(ended.errors.contains("schedule of "), "\(ended.all)")
      #expect(folder.text("scenario.kw").components(separatedBy: "\nschedule 1 version=current").count == 2)
      let replayed = try Tool.run(["explore", file, "--strategy", "replay"], in: folder)
      #expect(replayed.output.contains("ends with \(text)"), "\(replayed.all)")
    }
    let followed = try Tool.run(
      [
        "litmus", "--follow", file, "-n", "64", "--waiters", "thread", "--kernel-log", "/dev/null", "--findings",
        folder.path("findings"),
      ], in: folder)
    #expect(followed.code == 0, "\(followed.all)")
    #expect(followed.all.contains("of 64 runs"), "\(followed.all)")
    let wrong = try Tool.run(["explore", file, "--record", "--outcome", "3"], in: folder)
    #expect(wrong.code == 2)
    #expect(wrong.errors.contains("expected 1 to 2, or one of: waits | 0, 1 wakes w0; EAGAIN | 0, 0"), "\(wrong.all)")
    #expect(try Tool.run(["explore", file, "--outcome", "1"], in: folder).code == 2)
  }

  @Test func aFolderThatCannotBeMadeIsAnError() throws {
    let folder = try TestFolder()
    let ended = try explore(folder, ["--keep", "/proc/none"])
    #expect(ended.code == 3, "\(ended.all)")
    #expect(ended.errors.contains("/proc/none: cannot make the folder"))
  }
}
