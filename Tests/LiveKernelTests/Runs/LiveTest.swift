import LiveKernel
import Scenario
import Testing

/// Runs texts whose stated results are what everybody knows of Linux.
enum LiveTest {
  static func scenario(_ text: String) throws -> Scenario {
    try ScenarioParser.parse("keywake 1\n" + text, file: "test")
  }

  static func kernel(_ waiters: WaiterKind, _ change: (inout LiveOptions) -> Void = { _ in }) throws -> LiveKernel {
    var options = LiveOptions()
    options.waiters = waiters
    change(&options)
    return try LiveKernel(options)
  }

  /// Runs the text three times with the kind of waiter, on agents that are used again where that is possible.
  static func check(
    _ waiters: WaiterKind, _ text: String, notes: [String]? = [], options: (inout LiveOptions) -> Void = { _ in },
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let scenario = try scenario(text)
    let kernel = try kernel(waiters, options)
    defer { kernel.shutDown() }
    for _ in 0..<3 {
      check(scenario, kernel.run(scenario), notes: notes, at: location)
    }
  }

  static func check(
    _ scenario: Scenario, _ run: LiveRun, notes: [String]? = nil, at location: SourceLocation = #_sourceLocation
  ) {
    #expect(run.verdict == .complete, sourceLocation: location)
    #expect(run.observations.count == scenario.operations.count, sourceLocation: location)
    for (index, (operation, observation)) in zip(scenario.operations, run.observations).enumerated() {
      guard let stated = operation.stated else { continue }
      #expect(
        stated.holds(of: observation),
        "operation \(index), \(operation.kind.keyword): \(observation.result), woken \(observation.woken.map(\.index))",
        sourceLocation: location)
    }
    if let notes { #expect(run.notes.map(\.text) == notes, sourceLocation: location) }
  }
}
