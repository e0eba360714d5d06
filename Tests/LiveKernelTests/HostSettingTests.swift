import Foundation
import SystemPackage
import Testing

@testable import LiveKernel

@Suite struct HostSettingTests {
  @Test func theLastHolderBringsTheOriginalBack() throws {
    try HostSupport.withPlaces { place, files in
      let path = files.appending("run")
      try HostSupport.write("0\n", to: path)
      let journals = try (0..<3).map { _ in try HostJournal(folder: place, guardian: false) }
      for journal in journals { _ = try journal.hold(HostSetting(path), value: "1") }
      for journal in [journals[1], journals[0]] {
        #expect(journal.finish() == [])
        #expect(try HostSupport.text(path) == "1\n")
      }
      #expect(journals[2].finish() == [])
      #expect(try HostSupport.text(path) == "0\n")
      #expect(HostFiles.names(in: place.path) == nil)
    }
  }

  @Test func anotherValueIsRefusedAndChangesNothing() throws {
    try HostSupport.withPlaces { place, files in
      let path = files.appending("enabled")
      try HostSupport.write("always [madvise] never\n", to: path)
      let (one, two) = (
        try HostJournal(folder: place, guardian: false), try HostJournal(folder: place, guardian: false)
      )
      _ = try one.hold(HostSetting(path), value: "always")
      #expect(throws: HostError.self) { try two.hold(HostSetting(path), value: "never") }
      #expect(try HostSupport.text(path) == "always\n")
      #expect(two.finish() == [])
      #expect(try HostSupport.text(path) == "always\n")
      #expect(one.finish() == [])
      // The word in brackets was the value.
      #expect(try HostSupport.text(path) == "madvise\n")
    }
  }

  @Test func sumsFollowTheirHoldersInAnyOrder() throws {
    var random = TestRandom(state: HostSupport.seed())
    for _ in 0..<20 {
      try HostSupport.withPlaces { place, files in
        let path = files.appending("nr")
        let original = Int.random(in: 0..<9, using: &random)
        try HostSupport.write("\(original)\n", to: path)
        var held: [(journal: HostJournal, pages: Int)] = []
        for _ in 0..<30 {
          if Bool.random(using: &random) && held.count < 5 {
            let pages = Int.random(in: 1..<9, using: &random)
            let journal = try HostJournal(folder: place, guardian: false)
            _ = try journal.hold(HostSetting(path, .sum), value: "\(pages)")
            held.append((journal, pages))
          } else if !held.isEmpty {
            #expect(held.remove(at: Int.random(in: 0..<held.count, using: &random)).journal.finish() == [])
          }
          #expect(try HostSupport.text(path) == "\(held.reduce(original) { $0 + $1.pages })\n")
        }
        for one in held { #expect(one.journal.finish() == []) }
        #expect(try HostSupport.text(path) == "\(original)\n")
      }
    }
  }

  @Test func anEndedRunThatNobodyRecoveredStillCounts() throws {
    try HostSupport.withPlaces { place, files in
      let path = files.appending("run")
      try HostSupport.write("0\n", to: path)
      let victim = try HostVictimProcess([
        "journal", place.path.string, files.string, "alone", "0", "setting", path.string, "1", "exact",
      ])
      #expect(victim.standsStill())
      victim.end(SIGKILL)
      let journal = try HostJournal(folder: place, guardian: false)
      _ = try journal.hold(HostSetting(path), value: "1")
      #expect(journal.finish() == [])
      #expect(try HostSupport.text(path) == "1\n")
      #expect(HostJournal.recover(in: [place]).failures == [])
      #expect(try HostSupport.text(path) == "0\n")
    }
  }

  @Test(.enabled(if: access("/proc/sys/kernel/osrelease", R_OK) == 0, "needs /proc"))
  func aSettingThatMayNotBeWrittenLeavesNothing() throws {
    try HostSupport.withPlaces { place, files in
      let journal = try HostJournal(folder: place, guardian: false)
      // Read-only for everybody.
      let error = #expect(throws: HostError.self) {
        try journal.hold(HostSetting("/proc/sys/kernel/osrelease"), value: "1")
      }
      #expect(error?.errno != nil)
      #expect(journal.finish() == [])
      #expect(HostFiles.names(in: place.path) == nil)
    }
  }

  @Test func aSettingThatIsNotThereIsAnError() throws {
    try HostSupport.withPlaces { place, files in
      let journal = try HostJournal(folder: place, guardian: false)
      let path = files.appending("none")
      let error = #expect(throws: HostError.self) { try journal.hold(HostSetting(path), value: "1") }
      #expect(error?.errno == .noSuchFileOrDirectory && error?.path == path)
      #expect(journal.finish() == [])
      #expect(HostFiles.names(in: files) == [])
      #expect(HostFiles.names(in: place.path) == nil)
    }
  }
}
