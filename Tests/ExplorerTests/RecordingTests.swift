import Machine
import Scenario
import Testing

@testable import Explorer

@Suite struct RecordingTests {
  @Test func stepListsAreReadBack() {
    for steps: [UInt8] in [[0], [0, 0, 1, 0], [2, 2, 2, 1]] {
      #expect(StepList.schedule(StepList.text(steps)) == steps)
    }
    #expect(StepList.text([0, 1, 1, 1, 0]) == "1/2*3/1")
    for wrong in ["", "0", "9", "1*0", "1*", "1/", "a", "1*100001", "1*-1"] {
      #expect(StepList.schedule(wrong) == nil, "\(wrong)")
    }
  }

  /// What is recorded in a file, read back and replayed is the same run with the same finding.
  @Test func recordAndReplayThroughLitmus() throws {
    let race = try LitmusCorpus.race("swap-out-and-in", "2013-rfc")
    let finding = try #require(ExhaustiveSearch.run(race).findings.first)
    let line = Recording.schedule(finding, of: race).text
    let text = """
      litmus empty
        process a
        lane x a: env.exit-mm(a)
        \(line)
      end
      """
    let stored = try #require(try LitmusParser.litmus(text, file: "x.litmus").first?.schedules.first)
    #expect(stored.steps == finding.schedule)
    #expect(stored.line == 4)
    let result = try Recording.replay(stored, on: race)
    #expect(result.schedule == finding.schedule)
    #expect(result.finding?.signature == finding.signature)
  }

  @Test func outdatedAndWrongSchedulesAreRefused() throws {
    let race = try LitmusCorpus.race("swap-out-and-in", "2013-rfc")
    let finding = try #require(ExhaustiveSearch.run(race).findings.first)
    let good = Recording.schedule(finding, of: race)
    var outdated = good
    outdated.code ^= 1
    #expect(throws: Recording.Failure.self) { try Recording.replay(outdated, on: race) }
    var wrong = good
    wrong.steps.insert(7, at: 1)
    #expect(throws: Recording.Failure.self) { try Recording.replay(wrong, on: race) }
    // Another version is another race.
    let other = try LitmusCorpus.race("swap-out-and-in", "current")
    #expect(Recording.code(of: other) != good.code)
  }

  private static let scenario = """
    keywake 1
    process a
    process b
    file f memfd pages=1
    a map x f pages=0..0 shared rw
    b map y f pages=0..0 shared rw
    race
      lane a: wake x+0 count=1
      lane b: wake y+0 count=1
    end

    """

  /// A scenario's schedule: found by sampling, stored behind its race, printed, read and replayed to the same end.
  @Test func recordAndReplayThroughScenario() throws {
    let library = try ProgramLibrary.builtIn()
    func race(_ text: ScenarioText) throws -> Race {
      let result = try ScenarioExploration.run(
        text.scenario, file: "x.kw", variant: "derive.current", library: library,
        search: { _ in SearchReport(verdict: .agree, findings: []) })
      return try #require(result.explored?.race)
    }
    var text = try ScenarioParser.read(Self.scenario.utf8, file: "x.kw")
    let first = try race(text)
    var scheduler = RandomScheduler(SplitMix64(seed: 7))
    let run = SampledSearch.single(first, &scheduler)
    #expect(run.outcome != nil)
    text.schedules = [
      StoredSchedule(
        variant: "current", code: Recording.code(of: first), steps: run.schedule,
        element: text.scenario.elements.count - 1)
    ]
    let again = try ScenarioParser.read(ScenarioPrinter.print(text).utf8, file: "x.kw")
    let stored = try #require(again.schedules.first)
    let replayed = try Recording.replay(stored, on: try race(again))
    #expect(replayed == run)
  }

  /// An outcome that the Contract forbids, though no rule of the kernel is broken, has a schedule as a finding has: it is
  /// stored, replayed to the same end, and explained.
  @Test func aForbiddenOutcomeHasASchedule() throws {
    var library = try ProgramLibrary.builtIn()
    // A wake that wakes nobody.
    let original = try #require(library["futex.wake"])
    let wrong = try #require(Mutant.all(of: original).first { $0.change == .delete && $0.text.hasPrefix("n = wake_") })
    library.add(wrong.program)
    let text = Self.scenario.replacing("race\n", with: "a wait x+0 value=0 -> w\nrace\n")
    let scenario = try ScenarioParser.read(text.utf8, file: "x.kw").scenario
    func explored(_ search: (Race) -> SearchReport) throws -> ScenarioExploration.Explored {
      let result = try ScenarioExploration.run(
        scenario, file: "x.kw", variant: "derive.current", library: library, search: search)
      return try #require(result.explored)
    }
    let found = try explored { ExhaustiveSearch.run($0) }
    let finding = try #require(found.finding)
    let forbidden = try #require(found.forbidden)
    #expect(finding.kind == .forbiddenOutcome)
    #expect(found.outcomes.allSatisfy { $0.isReached != $0.schedule.isEmpty })
    let stored = Recording.schedule(finding, of: found.race)
    #expect(try Recording.replay(stored, on: found.race).final == forbidden.final)
    let again = try explored { race in
      var report = SearchReport(verdict: .undecided(.runs), findings: [])
      report.finals = [(try? Recording.replay(stored, on: race))?.final].compactMap { $0 }
      return report
    }
    #expect(again.forbidden?.text == forbidden.text)
    let fewest = try #require(FewestSwitches.schedule(found.race, for: finding, final: forbidden.final))
    #expect(FewestSwitches.switches(fewest) <= FewestSwitches.switches(finding.schedule))
    let explanation = Explanation(found.race, finding, outcome: forbidden.text)
    #expect(explanation.conclusion == "the race ends with \(forbidden.text): an outcome that the Contract forbids")
    #expect(explanation.steps.count == finding.schedule.count)
  }

  @Test(arguments: [
    ("schedule 2 version=4.6 code=0000000000000000 steps=1", 11, 10),
    ("schedule 1 version= code=0000000000000000 steps=1", 11, 12),
    ("schedule 1 version=4.6 code=0 steps=1", 11, 24),
    ("schedule 1 version=4.6 code=0000000000000000 steps=1*0", 11, 46),
    ("schedule 1 version=4.6 code=0000000000000000 steps=1 x", 11, 54),
  ]) func errorsHaveAPlace(_ line: String, _ row: Int, _ column: Int) throws {
    #expect {
      try ScenarioParser.read((Self.scenario + line + "\n").utf8, file: "x.kw")
    } throws: { error in
      "\(error)".hasPrefix("x.kw:\(row):\(column): ")
    }
  }

  @Test func aScheduleStandsBehindItsRace() {
    #expect(throws: ParseError.self) {
      try ScenarioParser.read(
        "keywake 1\nprocess a\nschedule 1 version=4.6 code=0000000000000000 steps=1\n".utf8, file: "x.kw")
    }
  }

  /// Every generated race is a valid scenario, and the first ones keep the promise.
  @Test func generatedRaces() throws {
    let library = try ProgramLibrary.builtIn()
    var decided = 0
    for number in 0..<2000 {
      let scenario = RaceGenerator.scenario(number: UInt64(number), seed: 3)
      #expect(scenario.hasRace)
      guard number < 40 else { continue }
      let result = try ScenarioExploration.run(
        scenario, file: "race", variant: "derive.current", library: library,
        search: { ExhaustiveSearch.run($0, limits: SearchLimits(states: 20_000)) })
      if case .disagree(let text) = result.verdict { Issue.record("seed 3, race \(number): \(text)") }
      if result.verdict == .agree { decided += 1 }
    }
    #expect(decided > 5, "\(decided)")
  }

  @Test func longLinesAreCutBetweenWords() {
    #expect(Explanation.pieces("  if (a) goto efault", 30) == ["  if (a) goto efault"])
    #expect(
      Explanation.pieces("  if (write && !(flags & VM_WRITE)) goto efault", 40) == [
        "  if (write && !(flags & VM_WRITE)) goto", "      efault",
      ])
    #expect(Explanation.pieces("abcdefghij", 4) == ["abcd", "  ef", "  gh", "  ij"])
    #expect(Explanation.pieces("", 4) == [""])
    #expect(Explanation.pieces("ab cd ", 5) == ["ab cd"])
  }
}
