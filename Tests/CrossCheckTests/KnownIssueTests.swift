import Contract
import CrossCheck
import LiveKernel
import Scenario
import Testing

private let entry = """
  keywake 1
  # title: wakes are lost
  # rules: wake-finds-key
  # kernels: 6.17-6.19
  # waiters: ring
  # private: no
  # after: load
  #
  # Planted in a test.
  process a
  a map x anonymous pages=1 shared rw
  a wait x+0 value=0 -> w
  a load x+0
  a wake x+0 count=1
  """

@Suite struct KnownIssueTests {
  private func issue(_ text: String = entry) throws -> KnownIssue {
    try KnownIssueReader.read(try ScenarioParser.read(text.utf8, file: "folder/lost.kw"), file: "folder/lost.kw")
  }
  private func verdict(_ text: String, _ fault: FaultyKernel.Fault, release: KernelRelease, waiters: WaiterKind = .ring)
    throws -> Verdict
  {
    let scenario = try ScenarioParser.parse(text, file: "test")
    let report = FaultyKernel(fault).run(scenario, waiters: waiters)
    return Judge(release: release, knownIssues: [try issue()]).judge(scenario, report, waiters: waiters)
  }

  @Test func theEntryIsRead() throws {
    let issue = try issue()
    #expect(issue.name == "lost" && issue.title == "wakes are lost")
    #expect(issue.rules == ["wake-finds-key"] && issue.after == [.load])
    #expect(issue.from == KernelRelease(6, 17) && issue.through == KernelRelease(6, 19))
    #expect(issue.waiters == .ring && issue.isPrivate == false)
    #expect(issue.evidence == ["Planted in a test."])
  }

  @Test(arguments: [
    ("# title: wakes are lost", "# titel: x"), ("6.17-6.19", "soon"), ("waiters: ring", "waiters: hens"),
    ("private: no", "private: perhaps"), ("after: load", "after: lunch"), ("# Planted in a test.", "#"),
    ("rules: wake-finds-key", "rules:"), ("rules: wake-finds-key", "rules: wake-finds-kee"),
  ])
  func aBadEntryIsRefused(_ change: (from: String, to: String)) throws {
    let text = entry.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.contains(change.from) ? String($0).replacing(change.from, with: change.to) : String($0) }
      .joined(separator: "\n")
    #expect(throws: KnownIssueReader.Failure.self) { _ = try issue(text) }
  }

  @Test func itsOwnScenarioIsKnownOnItsReleasesOnly() throws {
    guard case .known(["lost"]) = try verdict(entry, .losesWakes, release: KernelRelease(6, 18)) else {
      Issue.record("not known on 6.18")
      return
    }
    #expect(try verdict(entry, .losesWakes, release: KernelRelease(6, 16)).kind == .disagree)
    #expect(try verdict(entry, .losesWakes, release: KernelRelease(7, 0)).kind == .disagree)
    #expect(try verdict(entry, .losesWakes, release: KernelRelease(6, 18), waiters: .thread).kind == .disagree)
    #expect(try verdict(entry, .none, release: KernelRelease(6, 18)).kind == .agree)
  }

  @Test func itHidesNothingElseInTheSameScenario() throws {
    let more =
      entry + "\n" + """
        file f memfd pages=1
        a map y f pages=0..0 shared rw
        a truncate f pages=0
        a wake y+0 count=1                     => 1
        """
    guard case .disagree(let divergence) = try verdict(more, .losesWakes, release: KernelRelease(6, 18)) else {
      Issue.record("the second divergence is hidden")
      return
    }
    #expect(divergence.rule == "stated" && divergence.position == 8)
    // The report marks that one, not the one that is explained.
    let scenario = try ScenarioParser.parse(more, file: "test")
    let report = FaultyKernel(.losesWakes).run(scenario, waiters: .ring)
    let judge = Judge(release: KernelRelease(6, 18), knownIssues: [try issue()])
    let lines = judge.comparison(scenario, report, waiters: .ring)
    #expect(lines.indices.filter { lines[$0].diverges } == [8])
    #expect(lines[4].promised == "1 wakes w" && lines[8].promised == "EFAULT")
  }

  /// A call that overlooks a waiter and changes a word: the rest is judged by the word as it is.
  @Test func whatAnOverlookingCallDidIsDone() throws {
    let issues = try KnownIssueFolder.read(KnownIssueFolder.standardPath())
    let judge = Judge(release: KernelRelease(6, 18), knownIssues: issues)
    let scenario = try ScenarioParser.parse(
      """
      keywake 1
      process a
      a map x anonymous pages=1 private rw
      a wait x+0 value=0 private -> w
      a thread t
      a trylock-pi x+0 private
      a wait x+0 value=0 private -> v
      a wake x+0 count=1 private
      """, file: "test")
    func report(_ last: Int64) -> RunReport {
      let results: [OperationResult] = [
        .value(0), .value(0), .waiting, .value(0), .value(0), .error(.EAGAIN), .value(last),
      ]
      return RunReport(observations: results.map { Observation($0) }, end: .completed)
    }
    #expect(judge.judge(scenario, report(0), waiters: .ring).kind == .known)
    #expect(judge.judge(scenario, report(7), waiters: .ring).kind == .disagree)
    #expect(judge.judge(scenario, report(0), waiters: .thread).kind == .disagree)
  }

  /// Entries of a waitv that has ended count again, and nothing else does.
  @Test func anEndedWaitvCountsAgain() throws {
    let issues = try KnownIssueFolder.read(KnownIssueFolder.standardPath())
    let judge = Judge(release: KernelRelease(6, 18), knownIssues: issues)
    let issue = try #require(issues.first { $0.name == "ring-waitv-counted-again" })
    func verdict(_ value: Int64, _ woken: [UInt8]) -> Verdict.Kind {
      let last = Observation(.value(value), ended: woken.map { EndedWaiter(WaiterID($0), .woken) })
      let observations = [.value(0), .value(0), .waiting, .waiting].map { Observation($0) } + [last]
      let report = RunReport(observations: observations, end: .completed)
      return judge.judge(issue.scenario, report, waiters: .ring).kind
    }
    #expect(verdict(3, [0, 1]) == .agree)
    #expect(verdict(3, [0]) == .known)
    #expect(verdict(2, [0]) == .disagree && verdict(3, [1]) == .disagree && verdict(4, [0, 1]) == .disagree)
  }

  /// An issue about the kernel log names what the line contains.
  @Test func aLineInTheKernelLogIsNamed() throws {
    let line = "WARNING: kernel/futex/core.c:825 at wait_for_owner_exiting+0x7a/0x80, CPU#1: x/1"
    let event = try #require(
      KernelEventClassifier.events(in: [KernelRecord(sequence: 1, time: 1, text: line)]).first)
    let scenario = try ScenarioParser.parse(entry, file: "test")
    let divergence = Divergence(event, after: scenario)
    let text = entry.replacing("wake-finds-key", with: "kernel-log").replacing("# private: no\n", with: "")
    for (log, explains) in [("at wait_for_owner_exiting+", true), ("at futex_wake+", false)] {
      let issue = try issue(text.replacing("after: load", with: "log: \(log)"))
      #expect(issue.explains(divergence, of: scenario, .ring, KernelRelease(6, 18)) == explains)
    }
    #expect(throws: KnownIssueReader.Failure.self) { try issue(text) }
  }

  @Test func aDivergenceWithoutItsConditionIsAFinding() throws {
    let text = entry.replacing("a load x+0\n", with: "")
    #expect(try verdict(text, .losesWakes, release: KernelRelease(6, 18)).kind == .disagree)
  }
}

@Suite struct KnownIssueFolderTests {
  @Test func theProjectsOwnEntriesAreWhole() throws {
    let issues = try KnownIssueFolder.read(KnownIssueFolder.standardPath())
    #expect(issues.count >= 2)
    for issue in issues {
      #expect(issue.scenario.problems().isEmpty)
      #expect(issue.scenario.operations.contains { $0.stated != nil }, "\(issue.name) states nothing")
    }
  }
}
