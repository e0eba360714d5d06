import Scenario

/// What a run did, as a corpus counts it: operation, kind of memory, class of the result, and how many waiters ended.
public enum BehaviourTuples {
  /// - Returns: one text for each behaviour, such as `wake memfd-shared 1 ends 1`.
  public static func of(_ scenario: Scenario, _ report: RunReport) -> Set<String> {
    var memory = MemoryMap()
    var tuples: Set<String> = []
    for (operation, observation) in zip(scenario.operations, report.observations) {
      let ended = observation.ended.count
      tuples.insert(
        "\(operation.kind.keyword) \(memory.touched(by: operation)) \(name(observation.result))"
          + (ended == 0 ? "" : " ends \(ended > 2 ? "many" : "\(ended)")"))
      memory.perform(operation)
    }
    return tuples
  }

  private static func name(_ result: OperationResult) -> String {
    switch result {
    case .value(let value): value > 2 ? "many" : "\(value)"
    case .error(let code): "\(code)"
    case .signal(let signal): "\(signal)"
    case .waiting: "waits"
    case .partition(let classes): "\(Set(classes).count) keys of \(classes.count)"
    }
  }
}
