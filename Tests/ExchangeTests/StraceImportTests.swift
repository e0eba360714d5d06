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
      101 shmat(3, NULL, 0) = 0x7f0000100000
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
        "line 9: not a line of strace", "line 8: shmat: this call is not taken over",
        "line 5: madvise: concerns a part of a mapping",
      ])
  }

  @Test func anEmptyLogGivesAnEmptyScenario() {
    #expect(StraceImport("").scenario == Scenario() && StraceImport("").taken == 0)
  }
}
