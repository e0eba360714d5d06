import Contract
import LiveKernel
import Scenario

/// Runs the scenario of a finding again, with fresh agents and both kinds of waiters.
public enum Reproducer {
  public static func reproduce(
    _ scenario: Scenario, signature: String, kernel: any KernelUnderTest, judge: Judge, runs: Int
  ) -> [Finding.Reproduction] {
    WaiterKind.allCases.compactMap { kind in
      var again = Finding.Reproduction(waiters: kind.rawValue, attempts: 0, reproduced: 0, others: 0)
      for _ in 0..<runs {
        kernel.renew()
        let verdict = judge.judge(scenario, kernel.run(scenario, waiters: kind), waiters: kind)
        switch verdict {
        case .skipped: continue
        case .disagree(let divergence):
          if divergence.signature(of: kernel.answerer) == signature {
            again.reproduced += 1
          } else {
            again.others += 1
          }
        case .agree, .known, .undecided, .harnessFault: break
        }
        again.attempts += 1
      }
      kernel.renew()
      return again.attempts == 0 ? nil : again
    }
  }
}
