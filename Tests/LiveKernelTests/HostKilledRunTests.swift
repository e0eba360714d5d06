import Foundation
import SystemPackage
import Testing

@testable import LiveKernel

/// Runs that die in the middle. Serialized: they share the machine's swap and settings.
@Suite(.serialized) struct HostKilledRunTests {
  /// Kills a run at a random moment and says what is left before anything else looks at it.
  private func killRun(
    _ place: JournalFolder, _ files: FilePath, guardian: Bool, more: [String], _ random: inout TestRandom
  ) throws {
    let victim = try HostVictimProcess(
      ["journal", place.path.string, files.string, guardian ? "guardian" : "alone", "1000"] + more)
    victim.steps(Int.random(in: 1..<60, using: &random))
    // From the last step on: a little work of random length, so that the death falls between two system calls.
    for _ in 0..<Int.random(in: 0..<2000, using: &random) { _ = random.next() }
    victim.end(SIGKILL)
  }

  @Test(arguments: [true, false]) func killedAtRandomMoments(guardian: Bool) throws {
    var random = TestRandom(state: HostSupport.seed())
    for _ in 0..<25 {
      try HostSupport.withPlaces { place, files in
        let settings = files.appending("settings")
        let scratch = files.appending("scratch")
        for folder in [settings, scratch] {
          try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: false)
        }
        let (run, pool) = (settings.appending("run"), settings.appending("nr"))
        try HostSupport.write("0\n", to: run)
        try HostSupport.write("3\n", to: pool)
        // Another run holds both settings all the time.
        let other = try HostJournal(folder: place, guardian: false)
        _ = try other.hold(HostSetting(run), value: "1")
        _ = try other.hold(HostSetting(pool, .sum), value: "10")
        let more = ["setting", run.string, "1", "exact", "setting", pool.string, "4", "sum"]
        for _ in 0..<2 { try killRun(place, scratch, guardian: guardian, more: more, &random) }
        if guardian {
          waitForOthers(place, but: other.run)
        } else {
          #expect(HostJournal.recover(in: [place]).failures == [])
        }
        #expect(HostFiles.names(in: scratch) == [])
        #expect(try HostSupport.text(pool) == "13\n")
        #expect(HostFiles.names(in: place.path.appending("runs")) == ["\(other.run).journal"])
        #expect(other.finish() == [])
        #expect(try HostSupport.text(run) == "0\n")
        #expect(try HostSupport.text(pool) == "3\n")
        #expect(HostFiles.names(in: place.path) == nil)
      }
    }
  }

  private func waitForOthers(_ place: JournalFolder, but run: String) {
    let runs = place.path.appending("runs")
    for name in HostFiles.names(in: runs) ?? [] where !name.hasPrefix(run) {
      let fd = open(runs.appending(name).string, O_RDONLY | O_CLOEXEC)
      guard fd >= 0 else { continue }
      flock(fd, LOCK_EX)
      close(fd)
      // A run that died before its journal had its name.
      if name.hasSuffix(".new") { unlink(runs.appending(name).string) }
    }
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGABRT, SIGKILL])
  func theGuardianUndoesAfterAnySignal(signal: Int32) throws {
    try HostSupport.withPlaces { place, files in
      let victim = try HostVictimProcess(["journal", place.path.string, files.string, "guardian", "1"])
      #expect(victim.standsStill())
      #expect(HostFiles.names(in: files)?.count == 1)
      victim.end(signal)
      HostSupport.waitForGuardians(place)
      #expect(HostFiles.names(in: files) == [])
      #expect(HostFiles.names(in: place.path.appending("runs")) == nil)
      #expect(HostJournal.recover(in: [place]) == RecoveryReport())
    }
  }

  @Test(arguments: ["q", "x"]) func anExitWithAndWithoutFinish(way: String) throws {
    try HostSupport.withPlaces { place, files in
      let victim = try HostVictimProcess(["journal", place.path.string, files.string, "guardian", "1"])
      #expect(victim.standsStill())
      victim.tell(Character(way))
      #expect(victim.end() == (way == "q" ? 0 : 3 << 8))
      HostSupport.waitForGuardians(place)
      #expect(HostFiles.names(in: files) == [])
    }
  }

  @Test(.enabled(if: HostSupport.capabilities.has(.swapFile), HostSupport.lacks(.swapFile)))
  func aSwapFileSwapsAndGoes() throws {
    try HostSupport.withSwap(in: disk) { place, files in
      let journal = try HostJournal(folder: place, guardian: false)
      let swap = try SwapFile.make(in: files, size: 4 << 20, journal: journal)
      let list = try HostFiles.read("/proc/swaps")
      let line = try #require(list.split(separator: "\n").first { $0.hasPrefix(swap.path.string) })
      // Size in KiB, without the header's page.
      #expect(line.split(whereSeparator: \.isWhitespace)[2] == "\((4 << 10) - 4)")
      try swap.remove()
      #expect(try !HostFiles.read("/proc/swaps").contains(swap.path.string))
      #expect(HostFiles.names(in: files) == [])
      #expect(journal.finish() == [])
    }
  }

  @Test(.enabled(if: HostSupport.capabilities.has(.swapFile), HostSupport.lacks(.swapFile)), arguments: [true, false])
  func aSwapFileOfAKilledRunGoes(guardian: Bool) throws {
    var random = TestRandom(state: HostSupport.seed())
    for _ in 0..<5 {
      try HostSupport.withSwap(in: disk) { place, files in
        try killRun(place, files, guardian: guardian, more: ["swap"], &random)
        if guardian {
          HostSupport.waitForGuardians(place)
        }
        let report = HostJournal.recover(in: [place])
        #expect(report.failures == [])
        #expect(!guardian || report.recovered == [])
        #expect(HostFiles.names(in: files) == [])
        #expect(try !HostFiles.read("/proc/swaps").contains(files.string))
        #expect(HostFiles.names(in: place.path) == nil)
      }
    }
  }

  @Test func aSwapFileOnTmpfsIsRefusedAndLeavesNothing() throws {
    try #require(HostSupport.capabilities.tmpfsFolder != nil)
    try HostSupport.withPlaces(in: HostSupport.capabilities.tmpfsFolder.map { FilePath($0) }) { place, files in
      let journal = try HostJournal(folder: place, guardian: false)
      #expect(throws: HostError.self) { try SwapFile.make(in: files, size: 1 << 20, journal: journal) }
      #expect(HostFiles.names(in: files) == [])
      #expect(journal.finish() == [])
    }
  }

  @Test(.enabled(if: HostSupport.capabilities.has(.hugetlb), HostSupport.lacks(.hugetlb)))
  func hugePagesAreAddedAndGivenBack() throws {
    try #require(access(HostSetting.hugePages.path.string, W_OK) == 0)
    try HostLock.hold {
      try HostSupport.withPlaces { place, _ in
        let before = try HostFiles.read(HostSetting.hugePages.path)
        let journal = try HostJournal(folder: place, guardian: false)
        _ = try HugePageReservation.make(pages: 2, journal: journal)
        #expect(HugePageReservation.freePages >= 2)
        #expect(journal.finish() == [])
        #expect(try HostFiles.read(HostSetting.hugePages.path) == before)
      }
    }
  }

  @Test(.enabled(if: HostSupport.capabilities.has(.samePageMerging), HostSupport.lacks(.samePageMerging)))
  func mergingIsStartedAndStopped() throws {
    try #require(access(HostSetting.ksmRun.path.string, W_OK) == 0)
    try HostLock.hold {
      try HostSupport.withPlaces { place, _ in
        let settings = [HostSetting.ksmRun, .ksmSleep, .ksmPagesToScan]
        let before = try settings.map { try HostFiles.read($0.path) }
        let journal = try HostJournal(folder: place, guardian: false)
        _ = try KernelSamePageMerging.start(journal: journal)
        #expect(try settings.map { try HostFiles.read($0.path) } == ["1\n", "10\n", "10000\n"])
        #expect(KernelSamePageMerging.fullScans != nil)
        #expect(journal.finish() == [])
        #expect(try settings.map { try HostFiles.read($0.path) } == before)
      }
    }
  }

  @Test(.enabled(if: HostSupport.capabilities.has(.memoryControlGroup), HostSupport.lacks(.memoryControlGroup)))
  func aControlGroupOfAKilledRunGoesAndItsProcessStays() throws {
    let text = HostSupport.capabilities[.memoryControlGroup].text
    let parent = FilePath(String(text.drop { $0 != "/" }))
    try HostSupport.withPlaces { place, _ in
      let journal = try HostJournal(folder: place, guardian: false)
      let group = try ControlGroup.make(in: parent, journal: journal)
      let victim = try HostVictimProcess(["hang", "sleep"])
      #expect(victim.standsStill())
      try group.add(process: victim.pid)
      mkdir(group.path.appending("inner").string, 0o755)
      #expect(journal.finish() == [])
      #expect(access(group.path.string, F_OK) != 0)
      #expect(kill(victim.pid, 0) == 0)
    }
  }

  private var disk: FilePath? { HostSupport.capabilities.diskFolder.map { FilePath($0) } }
}
