import LiveKernel
import Scenario

extension Judge {
  /// Runs of a scenario with a race where it is one among many: `keywake litmus` is for more.
  public static let raceRuns = 24
  /// The same among scenarios of chance.
  public static let raceRunsOfFuzz = 6

  /// Runs the scenario and judges it: once, or, with a race in it, until a run does not agree, `races` times at most.
  public func runs(
    _ scenario: Scenario, waiters: WaiterKind, on kernel: any KernelUnderTest, races: Int = Self.raceRuns
  ) -> (Verdict, RunReport) {
    var last = kernel.run(scenario, waiters: waiters)
    var verdict = judge(scenario, last, waiters: waiters)
    guard scenario.hasRace else { return (verdict, last) }
    var known: [String] = []
    for _ in 0..<max(0, races - 1) {
      switch verdict {
      case .agree: break
      case .known(let names): for name in names where !known.contains(name) { known.append(name) }
      case .disagree, .undecided, .skipped, .harnessFault: return (verdict, last)
      }
      last = kernel.run(scenario, waiters: waiters)
      verdict = judge(scenario, last, waiters: waiters)
    }
    if case .agree = verdict, !known.isEmpty { verdict = .known(known) }
    return (verdict, last)
  }
}
