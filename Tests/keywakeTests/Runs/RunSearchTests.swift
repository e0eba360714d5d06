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

  @Test func aFolderThatCannotBeMadeIsAnError() throws {
    let folder = try TestFolder()
    let ended = try explore(folder, ["--keep", "/proc/none"])
    #expect(ended.code == 3, "\(ended.all)")
    #expect(ended.errors.contains("/proc/none: cannot make the folder"))
  }
}
