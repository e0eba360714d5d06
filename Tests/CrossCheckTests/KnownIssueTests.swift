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

  @Test func onlyWaitersFromBeforeTheOperationBetweenAreExplained() throws {
    let text = entry.replacing("# after: load", with: "# between: load\n# first-of: load store")
    func isKnown(_ operations: String) throws -> Bool {
      let scenario = try ScenarioParser.parse(
        "keywake 1\nprocess a\na map x anonymous pages=1 shared rw\n" + operations, file: "test")
      let report = FaultyKernel(.losesWakes).run(scenario, waiters: .ring)
      let judge = Judge(release: KernelRelease(6, 18), knownIssues: [try issue(text)])
      return judge.judge(scenario, report, waiters: .ring).kind == .known
    }
    #expect(try isKnown("a wait x+0 value=0 -> w\na load x+0\na wake x+0 count=1"))
    // Queued afterwards; or one of two was.
    #expect(try !isKnown("a load x+0\na wait x+0 value=0 -> w\na wake x+0 count=1"))
    #expect(
      try !isKnown("a wait x+0 value=0 -> w\na load x+0\na wait x+0 value=0 -> v\na wake x+0 count=2"))
    // Not the first of its kinds.
    #expect(try !isKnown("a store x+8 1\na wait x+0 value=0 -> w\na load x+0\na wake x+0 count=1"))
    // Another process's.
    #expect(
      try !isKnown("a wait x+0 value=0 -> w\na fork b\nb load x+0\na wake x+0 count=1"))
  }

  @Test func operationAndMemoryArePartOfTheSignature() throws {
    func kind(_ line: String) throws -> Verdict.Kind {
      let scenario = try ScenarioParser.parse(entry, file: "test")
      let report = FaultyKernel(.losesWakes).run(scenario, waiters: .ring)
      let judge = Judge(
        release: KernelRelease(6, 18), knownIssues: [try issue(entry.replacing("# after: load", with: line))])
      return judge.judge(scenario, report, waiters: .ring).kind
    }
    #expect(try kind("# operations: requeue wake\n# memory: anonymous-shared") == .known)
    #expect(try kind("# operations: requeue") == .disagree)
    #expect(try kind("# memory: memfd-shared") == .disagree)
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
