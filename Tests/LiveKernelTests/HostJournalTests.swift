import Foundation
import SystemPackage
import Testing

@testable import LiveKernel

@Suite struct HostJournalTests {
  @Test func finishUndoesEverythingLatestFirst() throws {
    try HostSupport.withPlaces { place, files in
      let journal = try HostJournal(folder: place, guardian: false)
      let folder = try TemporaryFolder.make(in: files, journal: journal)
      try HostSupport.write("x", to: folder.path.appending("one"))
      try FileManager.default.createDirectory(
        atPath: folder.path.appending("a/b c/d").string, withIntermediateDirectories: true)
      symlink("/", folder.path.appending("a/link").string)
      let setting = files.appending("set ting%")
      try HostSupport.write("5\n", to: setting)
      _ = try journal.hold(HostSetting(setting), value: "7")
      #expect(try HostSupport.text(setting) == "7\n")
      #expect(journal.finish() == [])
      #expect(try HostSupport.text(setting) == "5\n")
      #expect(HostFiles.names(in: files) == ["set ting%"])
      #expect(HostFiles.names(in: place.path) == nil)
      #expect(HostJournal.recover(in: [place]) == RecoveryReport())
    }
  }

  @Test func oneChangeIsUndoneAndTheOthersStay() throws {
    try HostSupport.withPlaces { place, files in
      let journal = try HostJournal(folder: place, guardian: false)
      let first = try TemporaryFolder.make(in: files, journal: journal)
      let second = try TemporaryFolder.make(in: files, journal: journal)
      try first.remove()
      #expect(HostFiles.names(in: files) == [try #require(second.path.lastComponent).string])
      // Made again by somebody else: no more our business.
      try FileManager.default.createDirectory(atPath: first.path.string, withIntermediateDirectories: false)
      try first.remove()
      #expect(journal.finish() == [])
      #expect(HostFiles.names(in: files) == [try #require(first.path.lastComponent).string])
    }
  }

  @Test func aFailedUndoStaysForTheNextRecovery() throws {
    try HostSupport.withPlaces { place, files in
      let journal = try HostJournal(folder: place, guardian: false)
      let folder = files.appending("not empty")
      // A `file` record for a folder cannot be undone: EISDIR.
      try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: false)
      _ = try journal.record(.file(folder))
      let good = try TemporaryFolder.make(in: files, journal: journal)
      let failures = journal.finish()
      #expect(failures.map(\.change) == ["file \(JournalText.escape(folder.string))"])
      #expect(failures.map(\.errno) == [EISDIR])
      #expect(access(good.path.string, F_OK) != 0)
      #expect(HostJournal.recover(in: [place]).failures == failures)
      rmdir(folder.string)
      let report = HostJournal.recover(in: [place])
      #expect(report.failures == [] && report.undone == 1 && report.recovered == [journal.run])
      #expect(HostFiles.names(in: place.path) == nil)
    }
  }

  @Test func aRunThatGoesOnIsLeftAlone() throws {
    try HostSupport.withPlaces { place, files in
      let journal = try HostJournal(folder: place, guardian: false)
      let folder = try TemporaryFolder.make(in: files, journal: journal)
      let report = HostJournal.recover(in: [place])
      #expect(report.running == [journal.run])
      #expect(report.recovered == [])
      #expect(access(folder.path.string, F_OK) == 0)
      #expect(journal.finish() == [])
    }
  }

  @Test func aTornLastLineDoesNotCount() throws {
    try HostSupport.withPlaces { place, files in
      let kept = files.appending("kept")
      let gone = files.appending("gone")
      for file in [kept, gone] { try HostSupport.write("x", to: file) }
      try leave(
        place, "keywake-journal 1 1-1-1 \(JournalFolder.bootID)\n1 file \(gone)\n2 file \(kept)")
      #expect(HostJournal.recover(in: [place]).undone == 1)
      #expect(HostFiles.names(in: files) == ["kept"])
    }
  }

  @Test func settingsOfAnotherBootAreForgottenAndFilesAreNot() throws {
    try HostSupport.withPlaces { place, files in
      let setting = files.appending("setting")
      let file = files.appending("file")
      for path in [setting, file] { try HostSupport.write("7\n", to: path) }
      try leave(
        place, "keywake-journal 1 1-1-1 another-boot\n1 setting \(setting)\n2 file \(file)\n3 swap \(files)/none\n")
      let leases = place.path.appending("settings-another-boot").appending("x")
      try FileManager.default.createDirectory(atPath: leases.string, withIntermediateDirectories: true)
      let report = HostJournal.recover(in: [place])
      #expect(report.failures == [] && report.undone == 3)
      #expect(try HostSupport.text(setting) == "7\n")
      #expect(HostFiles.names(in: files) == ["setting"])
      #expect(HostFiles.names(in: place.path) == nil)
    }
  }

  @Test func aJournalOfALaterVersionIsKept() throws {
    try HostSupport.withPlaces { place, _ in
      try leave(place, "keywake-journal 1 1-1-1 \(JournalFolder.bootID)\n1 hologram x\n")
      #expect(HostJournal.recover(in: [place]).failures.map(\.errno) == [EOPNOTSUPP])
      #expect(HostFiles.names(in: place.path.appending("runs")) == ["1-1-1.journal"])
    }
  }

  @Test func anyBytesInAJournalAreHarmless() throws {
    var random = TestRandom(state: HostSupport.seed())
    try HostSupport.withPlaces { place, files in
      try HostSupport.write("x", to: files.appending("mine"))
      let words = [
        "1", "2", " ", "\n", "done", "-9", "99999999999999999999", "setting", "cgroup", "segment", "%", "%2", "\0",
      ]
      for _ in 0..<300 {
        var text = ""
        for _ in 0..<Int.random(in: 0..<40, using: &random) { text += words.randomElement(using: &random) ?? "" }
        try leave(place, text)
        _ = HostJournal.recover(in: [place])
        try? FileManager.default.removeItem(atPath: place.path.string)
      }
      #expect(HostFiles.names(in: files) == ["mine"])
    }
  }

  @Test func aFolderThatOthersMayEnterIsRefused() throws {
    try HostSupport.withPlaces { place, _ in
      try FileManager.default.createDirectory(atPath: place.path.string, withIntermediateDirectories: false)
      chmod(place.path.string, 0o755)
      #expect(throws: HostError.self) { try HostJournal(folder: place, guardian: false) }
      #expect(HostJournal.recover(in: [place]).unreadable.count == 1)
    }
  }

  @Test func aSegmentOfSomebodyElseIsNotRemoved() throws {
    try #require(HostSupport.capabilities.has(.sharedMemorySegments))
    try HostSupport.withPlaces { place, _ in
      let journal = try HostJournal(folder: place, guardian: false)
      let keys = (0..<2).map { _ in Int32.random(in: 0x1000_0000...0x7FFF_FFFF) }
      _ = try journal.record(.segment(key: keys[0], creator: getpid()))
      _ = try journal.record(.segment(key: keys[1], creator: 1))
      for key in keys { try #require(shmget(key, 4096, 0o600 | Int32(IPC_CREAT) | Int32(IPC_EXCL)) >= 0) }
      #expect(journal.finish() == [])
      #expect(shmget(keys[0], 0, 0) == -1)
      let other = shmget(keys[1], 0, 0)
      #expect(other >= 0)
      shmctl(other, IPC_RMID, nil)
    }
  }

  private func leave(_ place: JournalFolder, _ text: String) throws {
    let runs = place.path.appending("runs")
    try FileManager.default.createDirectory(atPath: runs.string, withIntermediateDirectories: true)
    chmod(place.path.string, 0o700)
    try HostSupport.write(text, to: runs.appending("1-1-1.journal"))
  }
}
