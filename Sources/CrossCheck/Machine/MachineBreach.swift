import Explorer
import Machine
import Scenario

/// A rule that a scenario breaks on the simulated kernel.
public struct MachineBreach {
  /// Of a race, `operation` and `memory` name all that the lanes do and touch: `wake+wait-against-truncate`,
  /// `memfd-private+memfd-shared`, in order of text.
  public let divergence: Divergence
  /// How the race breaks it; `nil` when an operation of the sequence does.
  public let finding: Explorer.Finding?

  /// All that an exploration shows and no known deviation explains: a rule once, in the order in which they were found.
  public static func all(_ scenario: Scenario, _ result: ScenarioExploration) -> [MachineBreach] {
    if let broken = result.broken { return [MachineBreach(scenario, broken)] }
    guard let explored = result.explored else { return [] }
    return result.unexplained.compactMap { MachineBreach(scenario, $0, explored) }
  }

  private init(_ scenario: Scenario, _ broken: ScenarioExploration.Broken) {
    let operations = scenario.operations
    var memory = MemoryMap()
    for operation in operations[..<broken.position] { memory.perform(operation) }
    let operation = operations[broken.position]
    divergence = Divergence(
      position: broken.position, rule: broken.rule, operation: operation.kind.keyword,
      memory: memory.touched(by: operation), promised: broken.promised, seen: broken.seen)
    finding = nil
  }

  private init?(_ scenario: Scenario, _ finding: Explorer.Finding, _ explored: ScenarioExploration.Explored) {
    guard let race = Race(scenario) else { return nil }
    let promised: String
    let seen: String
    if finding.kind == .forbiddenOutcome, let outcome = explored.forbidden {
      let allowed = explored.outcomes.filter { $0.standing == .allowed }.map(\.text)
      promised =
        "one of \(allowed.count): \(allowed.prefix(4).joined(separator: ", or "))\(allowed.count > 4 ? ", ..." : "")"
      seen = outcome.text
    } else {
      promised = "that no interleaving breaks a rule"
      seen = "\(finding.kind.text) (\(finding.place(in: explored.race)))"
    }
    divergence = Divergence(
      position: race.lastPosition, rule: finding.kind.keyword,
      operation: race.lanes.joined(separator: RaceCalls.between), memory: race.memory, promised: promised, seen: seen)
    self.finding = finding
  }

  /// A scenario's first race, as signatures name it.
  private struct Race {
    var lanes: [String] = []
    var memory = ""
    /// Index of its last operation.
    var lastPosition = 0

    init?(_ scenario: Scenario) {
      var map = MemoryMap()
      for element in scenario.elements {
        switch element {
        case .operation(let operation):
          map.perform(operation)
          lastPosition += 1
        case .race(let lanes):
          // Who is first makes no difference.
          self.lanes = lanes.map { RaceCalls.text(of: $0) }.sorted()
          var words: Set<String> = []
          var files: Set<String> = []
          for lane in lanes {
            for var operation in lane.operations {
              if !operation.kind.hasNoActor { operation.actor = operation.actor ?? lane.actor }
              let touched = map.touched(by: operation)
              switch operation.action {
              case .truncate, .grow, .punch, .close, .unlink, .rename, .reopen, .dropCaches, .file:
                files.insert(touched)
              default: words.insert(touched)
              }
            }
            lastPosition += lane.operations.count
          }
          words.remove("none")
          memory = (words.isEmpty ? files : words).sorted().joined(separator: "+")
          lastPosition -= 1
          return
        }
      }
      return nil
    }
  }
}
