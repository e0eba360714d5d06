import Explorer
import Foundation
import Machine
import Scenario
import Testing

@Suite struct SearchTests {
  private static let small = """
    program user.three (n)
      title three steps
      source test
      int n
      i_seq = n
      i_seq = n
      i_seq = n
    end
    program user.two (n)
      title two steps
      source test
      int n
      hb_waiters = n
      hb_waiters = n
    end
    """
  private func race(_ lanes: String, _ text: String = small) throws -> Race {
    var library = try ProgramLibrary.builtIn()
    try library.add(text: text, file: "small.kwp")
    let tests = try LitmusParser.litmus("litmus small\n process a\n\(lanes)\nend\n", file: "small.litmus")
    return try Race(try #require(tests.first), variant: "derive.current", library: library)
  }

  /// A lane of n lines that each touch shared memory is n steps: its first local line (taking the argument) goes with
  /// the start, its end with the last step. Lanes of 3 and 2 steps have (3+2)! / (3! 2!) = 10 orders; of 3, 2 and 2
  /// steps 7! / (3! 2! 2!) = 210.
  @Test func exactNumberOfInterleavings() throws {
    #expect(Interleavings.count(try race("lane x a: user.three(1)\nlane y a: user.two(1)")) == 10)
    #expect(
      Interleavings.count(try race("lane x a: user.three(1)\nlane y a: user.two(1)\nlane z a: user.two(1)")) == 210)
  }

  /// Both take one lock around two steps of their own: whoever is first does its four steps, then the other: while one
  /// holds the lock the other cannot step, so there are exactly 2 orders.
  @Test func locksOrder() throws {
    let text = """
      program user.locked ()
        title under a lock
        source test
        spin_lock(&hb_lock)
        i_seq = 1
        hb_waiters = 1
        spin_unlock(&hb_lock)
      end
      """
    #expect(Interleavings.count(try race("lane x a: user.locked()\nlane y a: user.locked()", text)) == 2)
  }

  @Test func deadlockIsFound() throws {
    let text = """
      program user.ab (inode)
        title first one, then the other
        source test
        struct inode *inode
        mutex_lock(&inode->i_rwsem)
        spin_lock(&hb_lock)
        spin_unlock(&hb_lock)
        mutex_unlock(&inode->i_rwsem)
      end
      program user.ba (inode)
        title the other way round
        source test
        struct inode *inode
        mutex_lock(&hb_lock)
        mutex_lock(&inode->i_rwsem)
        mutex_unlock(&inode->i_rwsem)
        mutex_unlock(&hb_lock)
      end
      """
    let report = ExhaustiveSearch.run(
      try race("file f size=1\nlane x a: user.ab(f)\nlane y a: user.ba(f)", text))
    #expect(report.findings.map(\.kind) == [.deadlock])
    // Each takes one lock: two steps are the shortest way there.
    #expect(report.findings.first?.schedule.count == 2)
  }

  @Test func twoRunsAreIdentical() throws {
    let first = ExhaustiveSearch.run(try LitmusCorpus.race("swap-out-and-in", "2013-rfc"))
    let second = ExhaustiveSearch.run(try LitmusCorpus.race("swap-out-and-in", "2013-rfc"))
    #expect(first.findings == second.findings)
    #expect(first.outcomes == second.outcomes)
    #expect(first.states == second.states && first.transitions == second.transitions)
  }

  @Test func boundsAnswerUndecided() throws {
    let race = try LitmusCorpus.race("truncate", "current")
    let report = ExhaustiveSearch.run(race, limits: SearchLimits(states: 100))
    #expect(report.verdict == .undecided(.states))
    #expect(report.states >= 100)
    let stopped = ExhaustiveSearch.run(race, limits: SearchLimits(isStopped: { true }))
    #expect(stopped.verdict == .undecided(.stopped))
  }

  @Test func recordAndReplay() throws {
    for (name, variant) in [("swap-out-and-in", "2013-rfc"), ("truncate", "futex2-rfc"), ("evict", "3.2")] {
      let race = try LitmusCorpus.race(name, variant)
      let finding = try #require(ExhaustiveSearch.run(race).findings.first)
      var replay = ReplayScheduler(finding.schedule)
      let result = SampledSearch.single(race, &replay)
      #expect(result.schedule == finding.schedule)
      #expect(result.finding?.signature == finding.signature)
    }
  }

  @Test func randomAndPCTFindWhatIsThere() throws {
    let seed = ProcessInfo.processInfo.environment["KEYWAKE_SEED"].flatMap { UInt64($0) } ?? 42
    let race = try LitmusCorpus.race("truncate", "futex2-rfc")
    let random = SampledSearch.run(race, RandomScheduler(SplitMix64(seed: seed)), runs: 3000)
    #expect(random.verdict == .disagree, "seed \(seed)")
    let pct = SampledSearch.run(race, PCTScheduler(SplitMix64(seed: seed), depth: 3, length: 80), runs: 3000)
    #expect(pct.verdict == .disagree, "seed \(seed)")
    // What sampling finds, the exhaustive search finds too.
    let all = Set(ExhaustiveSearch.run(race).findings.map(\.signature))
    for finding in random.findings + pct.findings { #expect(all.contains(finding.signature)) }
    let clean = SampledSearch.run(
      try LitmusCorpus.race("truncate", "current"), RandomScheduler(SplitMix64(seed: seed)), runs: 50)
    #expect(clean.verdict == .undecided(.runs))
  }

  @Test func fewestSwitchesReadsBetter() throws {
    let race = try LitmusCorpus.race("swap-out-and-in", "2013-rfc")
    let finding = try #require(ExhaustiveSearch.run(race).findings.first { $0.kind == .spuriousError })
    let calm = try #require(FewestSwitches.schedule(race, for: finding))
    #expect(FewestSwitches.switches(calm) <= FewestSwitches.switches(finding.schedule))
    var replay = ReplayScheduler(calm)
    #expect(SampledSearch.single(race, &replay).schedule == calm)
  }

  /// The loop of 2011 is shown as a cycle.
  @Test func theLoopIsACycle() throws {
    let race = try LitmusCorpus.race("special-mapping", "3.1")
    let finding = try #require(ExhaustiveSearch.run(race).findings.first)
    #expect(finding.kind == .livelock && finding.cycle > 0)
    let text = Explanation(race, finding).text()
    #expect(text.contains("the cycle:"))
    #expect(text.contains("lock_page(head)"))
    #expect(text.contains("comes back to the same state"))
  }

  /// Who claims not to take the page lock is not stopped by somebody who holds it for ever.
  @Test func lockHeldForEver() throws {
    for variant in ["2.6.28", "3.2", "3.11"] {
      let report = ExhaustiveSearch.run(try LitmusCorpus.race("locked-file-page", variant))
      #expect(report.waits.count == 1 && report.waits.first?.program == "derive.\(variant)")
    }
    for variant in ["2013-rfc", "4.6", "5.7", "current"] {
      let report = ExhaustiveSearch.run(try LitmusCorpus.race("locked-file-page", variant))
      #expect(report.verdict == .agree && report.waits.isEmpty)
    }
    // A claim that is not kept is a finding.
    var library = try ProgramLibrary.builtIn()
    var liar = try #require(library["derive.3.2"])
    liar.claimsNoPageLock = true
    library.add(liar)
    let race = try Race(try LitmusCorpus.named("locked-file-page"), variant: "derive.3.2", library: library)
    #expect(ExhaustiveSearch.run(race).findings.map(\.kind) == [.blockedForEver])
  }

  @Test func mutantsOfTheCurrentDerivation() throws {
    let library = try ProgramLibrary.builtIn()
    let names: Set = ["truncate", "private-file", "thp-tail", "read-only-shared", "zero-page-read-only", "misaligned"]
    let study = try MutationStudy(
      asVariant: "derive.current", library: library,
      litmus: try LitmusCorpus.all().filter { names.contains($0.name) })
    let results = study.results(of: "derive.current")
    let killed = results.filter(\.isKilled)
    #expect(study.raceCount(of: "derive.current") == names.count)
    #expect(results.count > 100)
    #expect(killed.count > 60)
    // Leaving out the second look at the mapping's page, or the put of the page, cannot go unseen.
    #expect(killed.contains { $0.mutant.change == .delete && $0.mutant.text == "put_page(page)" })
  }

  /// The same line is another behaviour beside a truncate that has taken the page's mapping away.
  @Test func linesAreToldApartByTheirCircumstances() throws {
    let report = ExhaustiveSearch.run(try LitmusCorpus.race("truncate", "current"))
    var circumstances: [String: Set<String>] = [:]
    for behaviour in report.behaviours {
      let words = behaviour.split(separator: " ").map(String.init)
      try #require(words.count == 2)
      circumstances[words[0], default: []].insert(words[1])
    }
    #expect(circumstances.count == report.coverage.count)
    #expect(circumstances.values.contains { $0.isSuperset(of: ["quiet", "page-locked", "page-locked+mapping-gone"]) })
    #expect(Circumstances([.swapped, .bucketLocked]).text == "swapped+bucket-locked")
  }
}
