import Contract
import Explorer
import Machine
import Scenario

/// The outcomes of a scenario's first race that a version of the Machine reaches.
struct MachineReach {
  private struct Outcome: Hashable {
    var results: [[OperationResult]]
    var ended: [EndedWaiter]
  }
  private var outcomes: Set<Outcome> = []
  /// Why the Machine cannot say.
  private(set) var reason: String?

  /// - Parameter states: how many the search may store.
  init(_ scenario: Scenario, variant: String = "derive.current", states: Int = 200_000) {
    do {
      let library = try ProgramLibrary.builtIn()
      var runner = try ScenarioRunner(variant: variant, library: library)
      for element in scenario.elements {
        switch element {
        case .operation(let operation): _ = try runner.perform(operation)
        case .race(let lanes):
          let before = runner.sleeping
          let race = try runner.litmus("race", lanes)
          let report = ExhaustiveSearch.run(
            try Race(race.litmus, variant: variant, library: library), limits: SearchLimits(states: states))
          guard report.verdict == .agree else {
            reason = "the search came to no end, or found a fault of its own"
            return
          }
          for final in report.finals {
            guard let results = race.results(final.recorded) else { continue }
            let ended = race.ended(results, recorded: final.recorded, before: before, sleeping: final.sleeping)
            outcomes.insert(Outcome(results: results, ended: ended))
          }
          return
        }
      }
      reason = "there is no race in it"
    } catch {
      reason = "\(error)"
    }
  }

  /// `yes`, `no`, or `-` when the Machine cannot say.
  func word(results: [[OperationResult]], ended: [EndedWaiter]) -> String {
    if reason != nil { return "-" }
    return outcomes.contains(Outcome(results: results, ended: ended.sorted { $0.waiter < $1.waiter })) ? "yes" : "no"
  }
}
