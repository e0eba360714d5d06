import Contract
import CorpusFiles
import Explorer
import Machine
import Scenario
import Testing

/// The repository's scenarios on the Machine, against the Contract.
@Suite struct ScenarioTests {
  static let release = KernelRelease(6, 18)

  /// What the Machine has no notion of, and what its world is too small for: nothing else keeps a scenario from running.
  static let skips: Set<String> = [
    "priority inheritance", "NUMA nodes", "KSM", "huge pages: memfd-hugetlb files", "huge pages: memfd-thp files",
    "huge pages: anonymous mappings",
    "more than 3 processes", "more than 4 pages in an address space", "more than 3 offsets in pages",
    "more than 3 files", "more than 4 pages of a file", "more than 4 sleeping waiters",
  ]

  /// Each operation to its end: what the current derivation gives is what the Contract promises.
  @Test func sequencesAgreeWithTheContract() throws {
    var performed = 0
    var whole = 0
    var reasons: [String: Int] = [:]
    let library = try ProgramLibrary.builtIn()
    let codes = LinkedOperations()
    for file in CorpusFile.reviewed {
      let scenario = try file.read().scenario
      var runner = try ScenarioRunner(variant: "derive.current", library: library, codes: codes)
      var contract = Contract(release: Self.release)
      var isWhole = true
      elements: for element in scenario.elements {
        guard case .operation(let operation) = element else {
          isWhole = false
          break
        }
        let observed: Observation
        do throws(NotOnMachine) {
          observed = try runner.perform(operation)
        } catch {
          // No rule of the kernel is broken on the way: such a run would be named with its program.
          if error.isFault || !Self.skips.contains(error.reason) {
            Issue.record("\(file.path): \(operation): \(error.reason)")
          }
          reasons[error.reason, default: 0] += 1
          isWhole = false
          break elements
        }
        do throws(Disagreement) {
          try contract.step(operation, observed: observed)
          performed += 1
        } catch {
          Issue.record("\(file.path): \(operation): \(observed): \(error)")
          isWhole = false
          break elements
        }
      }
      if isWhole { whole += 1 }
    }
    let skipped = reasons.values.reduce(0, +)
    #expect(performed >= 3560, "\(performed) operations, \(whole) whole scenarios, \(reasons)")
    #expect(whole >= 373 && skipped <= 110, "\(whole) whole scenarios, \(skipped) skipped: \(reasons)")
  }

  /// Races: every outcome that the current derivation reaches is one that the Contract allows.
  @Test func racesStayInsideTheContract() throws {
    var explored = 0
    var reasons: [String: Int] = [:]
    for file in CorpusFile.all {
      let scenario = try file.read().scenario
      guard scenario.hasRace else { continue }
      let library = try ProgramLibrary.builtIn()
      var runner = try ScenarioRunner(variant: "derive.current", library: library)
      var contract = Contract(release: Self.release)
      elements: for element in scenario.elements {
        do {
          switch element {
          case .operation(let operation):
            let observed = try runner.perform(operation)
            _ = try? contract.step(operation, observed: observed)
          case .race(let lanes):
            let before = runner.sleeping
            let race = try runner.litmus(file.path, lanes)
            let report = ExhaustiveSearch.run(
              try Race(race.litmus, variant: "derive.current", library: library),
              limits: SearchLimits(states: 400_000))
            #expect(report.findings.isEmpty, "\(file.path): \(report.findings.map(\.signature))")
            guard report.verdict == .agree else { break elements }
            let promise = contract.allowedOutcomes(of: lanes)
            for final in report.finals {
              let results = try #require(race.results(final.recorded), "\(file.path)")
              let ended = race.ended(results, recorded: final.recorded, before: before, sleeping: final.sleeping)
              #expect(promise.allows(results: results, ended: ended), "\(file.path): \(results) \(ended)")
            }
            explored += 1
            break elements
          }
        } catch let error as NotOnMachine {
          reasons[error.reason, default: 0] += 1
          break elements
        }
      }
    }
    #expect(explored >= 30, "\(explored), \(reasons)")
  }

  /// Waits in races run on every version, those too whose keys hold references: what a waiter holds is dropped once.
  @Test(arguments: [
    "requeue-against-requeue", "requeue-against-wake", "store-then-wake-against-wait", "two-wakes-one-waiter",
  ])
  func waitsRunOnEveryVersion(_ name: String) throws {
    let file = try #require(CorpusFile.all.first { $0.path == "races/\(name).kw" })
    let scenario = try file.read().scenario
    let library = try ProgramLibrary.builtIn()
    for variant in library.variants {
      let found = try ScenarioExploration.run(scenario, file: file.path, variant: variant.name, library: library) {
        ExhaustiveSearch.run($0, limits: SearchLimits(states: 200_000))
      }
      #expect(found.verdict == .agree, "\(variant.name): \(found.verdict)")
    }
  }

  /// A waiter that was moved must drop the reference of the key it has by then, and the mover those of the old key.
  @Test(arguments: [
    ("futex.wait-timeout", "key.ptr = queued_ptr()"), ("futex.requeue-references", "get.variant(key2)"),
    ("futex.drop-moved", "drop.variant(key)"), ("futex.return-waiters", "drop.variant(key)"),
    ("futex.cancel", "drop.variant(key)"),
  ])
  func forgottenReferencesAreFound(_ program: String, _ line: String) throws {
    var library = try ProgramLibrary.builtIn()
    let original = try #require(library[program])
    let mutant = try #require(Mutant.all(of: original).first { $0.change == .delete && $0.text.hasPrefix(line) })
    library.add(mutant.program)
    let races = ["requeue-to-another-inode", "wake-and-cancel"]
    let findings = try races.flatMap { name in
      ExhaustiveSearch.run(
        try Race(try LitmusCorpus.named(name), variant: "derive.4.13", library: library)
      ).findings
    }
    let kinds: Set<ViolationKind> = [.leakedInode, .referenceCount, .counterUnderflow, .leakedMM, .useAfterFree]
    #expect(findings.contains { kinds.contains($0.kind) }, "\(findings.map(\.signature))")
  }
}
