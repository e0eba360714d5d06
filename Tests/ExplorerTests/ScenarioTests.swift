import Contract
import CorpusFiles
import Explorer
import Machine
import Scenario
import Testing

/// The repository's scenarios on the Machine, against the Contract.
@Suite struct ScenarioTests {
  static let release = KernelRelease(6, 18)

  /// Each operation to its end: what the current derivation gives is what the Contract promises.
  @Test func sequencesAgreeWithTheContract() throws {
    var performed = 0
    var whole = 0
    var reasons: [String: Int] = [:]
    for file in CorpusFile.reviewed {
      let scenario = try file.read().scenario
      var runner = try ScenarioRunner(variant: "derive.current", library: try ProgramLibrary.builtIn())
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
    // No rule of the kernel is broken on the way: such a run would be named with its program.
    let broken = reasons.keys.filter { $0.contains("(") }
    #expect(broken.sorted() == [])
    #expect(performed > 400, "\(performed) operations, \(whole) whole scenarios, \(reasons)")
    #expect(whole > 20, "\(performed) operations, \(whole) whole scenarios, \(reasons)")
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
              let ended = before.union(race.waiters).subtracting(final.sleeping)
                .filter { race.slept($0, results, before: before) }
                .map { EndedWaiter(WaiterID($0), .woken) }
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
    #expect(explored >= 3, "\(explored), \(reasons)")
  }
}
