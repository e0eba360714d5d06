import Explorer
import Machine
import Scenario

/// Makes the record of what a scenario shows on the simulated kernel.
public enum MachineFinding {
  /// Seed and number of the run, and time, are the caller's to fill in.
  /// - Parameter program: the file of the user's programs, if the version needs one.
  public static func finding(
    _ scenario: Scenario, _ breach: MachineBreach, _ result: ScenarioExploration, on machine: MachineUnderTest,
    program: String?, origin: String
  ) -> Finding {
    let divergence = breach.divergence
    let signature = divergence.signature(of: machine.answerer)
    var text = ScenarioText(scenario, header: ["Finding \(signature)"] + words(breach, result, on: machine))
    if let schedule = schedule(breach.finding?.schedule, scenario, result) { text.schedules = [schedule] }
    var finding = Finding(
      signature: signature, divergence: divergence, scenario: ScenarioPrinter.print(text),
      comparison: comparison(scenario, divergence), kernel: machine.answerer, waiters: "-", seed: nil, run: nil,
      origin: origin, capabilities: [], foundAt: 0)
    finding.variant = Program.version(machine.variant)
    finding.program = program
    finding.notes = outcomes(result)
    return finding
  }

  /// What is wrong, and what the race can come to.
  public static func words(_ breach: MachineBreach, _ result: ScenarioExploration, on machine: MachineUnderTest)
    -> [String]
  {
    ["On the simulated kernel, version \(Program.version(machine.variant)): \(breach.divergence.seen)."]
      + outcomes(result)
  }

  private static func outcomes(_ result: ScenarioExploration) -> [String] {
    (result.explored?.outcomes ?? []).map {
      "\($0.standing.rawValue)\($0.isReached ? "" : ", never reached"): \($0.text)"
    }
  }

  /// The steps as a file keeps them, behind the scenario's first race.
  public static func schedule(_ steps: [UInt8]?, _ scenario: Scenario, _ result: ScenarioExploration) -> StoredSchedule?
  {
    guard let steps, let explored = result.explored else { return nil }
    var stored = Recording.schedule(steps, of: explored.race)
    stored.element = scenario.elements.firstIndex { if case .race = $0 { true } else { false } } ?? 0
    return stored
  }

  private static func comparison(_ scenario: Scenario, _ divergence: Divergence) -> [Finding.ComparisonLine] {
    scenario.locatedOperations.enumerated().map { index, located in
      let diverges = index == divergence.position
      let lane = located.position.lane.map { "lane \($0 + 1): " } ?? ""
      return Finding.ComparisonLine(
        operation: lane + Wording.text(located.operation, scenario.names),
        promised: diverges ? divergence.promised : "", seen: diverges ? divergence.seen : "", diverges: diverges)
    }
  }
}
