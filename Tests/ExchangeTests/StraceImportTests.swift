import Contract
import CorpusFiles
import Exchange
import Foundation
import Scenario
import Testing

/// Logs of real programs: `strace -f -e trace=memory,futex,process,desc`, without the loader's part.
@Suite struct StraceImportTests {
  private static let logs = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Logs")
  private func log(_ name: String) throws -> StraceImport {
    StraceImport(try String(contentsOf: Self.logs.appending(path: name), encoding: .utf8))
  }

  /// Two processes of a Python program that share a lock: a POSIX semaphore in /dev/shm.
  @Test func aLockBetweenProcesses() throws {
    let made = try log("process-shared-lock.log")
    let lines = ScenarioPrinter.print(made.scenario).split(separator: "\n")
    #expect(made.taken == 22 && made.leftOut == 0)
    #expect(
      lines.prefix(10) == [
        "keywake 1", "process a", "file f0 tmpfs pages=1", "a map m0 f0 pages=0..0 shared rw", "a fork b", "a fork c",
        "c wait m0+0 value=0 -> w0", "b wake m0+0 count=1", "b wait m0+0 value=0 -> w1", "c wake m0+0 count=1",
      ])
    #expect(made.scenario.isValid)
    // Each wake of the log woke one; so it is promised of the scenario.
    let promises = Contract.predict(made.scenario, release: .newest)
    let wakes = zip(made.scenario.operations, promises).filter { $0.0.kind == .wake }.compactMap(\.1.only)
    #expect(wakes.count == 11 && wakes.allSatisfy { $0.woken.count == 1 })
  }

  /// xz with two threads: private words, values that changed before a wait began, time-outs.
  @Test func threadsOfOneProcess() throws {
    let made = try log("xz-threads.log")
    #expect(made.scenario.isValid && made.taken > 0)
    let kinds = Set(made.scenario.operations.map(\.kind))
    #expect(kinds.isSuperset(of: [.process, .thread, .map, .store, .wait, .wake]))
    #expect(
      made.scenario.operations.contains {
        if case .wait(_, _, _, _, .relativeZero, let mode) = $0.action { mode.isPrivate } else { false }
      })
  }

  /// `Corpus/imported` holds what the logs come to.
  @Test(arguments: CorpusFile.all.filter(\.isImported)) func theCorpusHasIt(file: CorpusFile) throws {
    #expect(try file.read().scenario == log("\(file.name).log").scenario)
  }

  @Test func callsThatAreSplitAndNotUnderstood() {
    let made = StraceImport(
      """
      100 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000
      100 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f1) = 101
      [pid   101] 12:00:01.5 futex(0x7f0000001010, FUTEX_WAIT_BITSET, 7, NULL, 0x3 <unfinished ...>
      100 madvise(0x7f0000000000, 8192, MADV_DONTNEED) = 0
      100 madvise(0x7f0000000000, 4096, MADV_DONTNEED) = 0
      100 futex(0x7f0000001010, FUTEX_CMP_REQUEUE, 1, INT_MAX, 0x7f0000000020, 7) = 1
      101 <... futex resumed>) = 0
      101 process_madvise(3, [], 0, MADV_COLD, 0) = 0
      what is this
      101 +++ exited with 0 +++
      """)
    #expect(
      ScenarioPrinter.print(made.scenario) == """
        keywake 1
        process a
        a map m0 anonymous pages=2 shared rw
        a fork b
        b store m0+0x1010 7
        b wait m0+0x1010 value=7 bitset=3 -> w0
        a dontneed m0
        a cmp-requeue m0+0x1010 m0+0x20 wake=1 move=2147483647 value=7

        """)
    #expect(
      made.notUnderstood == [
        "line 9: not a line of strace", "line 8: process_madvise: this call is not taken over",
        "line 5: madvise: concerns a part of a mapping",
      ])
  }

  /// Two backends of PostgreSQL and a semaphore in the memory that they share; what its libraries wake privately, with
  /// nobody there, and the processes that have no part in it, do not fit and tell nothing.
  @Test func semaphoresOfPostgreSQL() throws {
    let made = try log("postgresql-start.log")
    #expect(made.taken == 2 && made.leftOut == 24)
    #expect(made.selection == "only words that somebody waits on")
    #expect(
      ScenarioPrinter.print(made.scenario) == """
        keywake 1
        process a
        a map m0 anonymous pages=1 shared rw
        a fork b
        a fork c
        c wait m0+0x338 value=0 -> w0
        b wake m0+0x338 count=1

        """)
    #expect(made.notUnderstood == [])
  }

  /// One process and one word of a log that has more.
  @Test func processesAndWordsCanBeNamed() throws {
    let text = try String(contentsOf: Self.logs.appending(path: "postgresql-start.log"), encoding: .utf8)
    let ofOne = StraceImport(text, processes: [4590])
    #expect(ofOne.taken == 1 && ofOne.leftOut == 0)
    let ofWord = StraceImport(text, words: [0x7fe6_5e10_7338])
    #expect(ofWord.taken == 2 && ofWord.leftOut == 0 && ofWord.selection == nil)
    #expect(StraceImport(text, processes: [1]).taken == 0)
  }

  @Test func segmentsAreAttachedAndDetached() {
    let made = StraceImport(
      """
      7 shmget(IPC_PRIVATE, 5000, IPC_CREAT|0600) = 3
      7 shmat(3, NULL, 0) = 0x7f0000000000
      7 fork() = 8
      8 futex(0x7f0000001010, FUTEX_WAIT, 0, NULL <unfinished ...>
      7 futex(0x7f0000001010, FUTEX_WAKE, 1) = 1
      8 <... futex resumed>) = 0
      7 shmdt(0x7f0000000000) = 0
      7 shmat(3, NULL, SHM_RDONLY) = 0x7f0000200000
      7 futex(0x7f0000201010, FUTEX_WAKE, 1) = 0
      7 shmat(4, NULL, 0) = 0x7f0000300000
      """)
    #expect(
      ScenarioPrinter.print(made.scenario) == """
        keywake 1
        process a
        file f0 sysv pages=1
        a map m0 f0 pages=0..0 shared rw
        a fork b
        b wait m0+0x10 value=0 -> w0
        a wake m0+0x10 count=1
        a unmap m0
        a map m1 f0 pages=0..0 shared r
        a wake m1+0x10 count=1

        """)
    #expect(made.notUnderstood == ["line 10: shmat: the log does not show how large the segment is"])
  }

  @Test func anEmptyLogGivesAnEmptyScenario() {
    #expect(StraceImport("").scenario == Scenario() && StraceImport("").taken == 0)
  }
}
