import Scenario

/// A scenario as a syzkaller program, where its operations exist there.
///
/// A syzkaller program has one address space: one process of the scenario, with threads. A wait that sleeps is an
/// `async` call. Nothing is checked by it; it makes the calls. The executor writes the word that a futex call names, a
/// zero, before the call: only scenarios whose words are all zero are exported.
public struct SyzExport: Sendable {
  public init() {}

  /// - Throws: when an operation does not exist there, and which.
  public func text(_ scenario: Scenario, title: [String]) throws(NotExportable) -> String {
    var writer = SyzWriter(scenario)
    var number = 0
    for element in scenario.elements {
      guard case .operation(let operation) = element else {
        throw NotExportable(operation: number + 1, text: "race", reason: "syzkaller does not say when lanes meet")
      }
      number += 1
      if let reason = writer.add(operation) {
        throw NotExportable(
          operation: number, text: ScenarioPrinter().line(Operation(operation.actor, operation.action), scenario.names),
          reason: reason)
      }
    }
    return (title.map { $0.isEmpty ? "#" : "# \($0)" } + writer.lines).joined(separator: "\n") + "\n"
  }
}
