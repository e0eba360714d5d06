/// A scenario as a file holds it: with the comment at its head, which is not part of the scenario itself.
public struct ScenarioText: Hashable, Sendable {
  /// Comment lines before the first operation, without `#`.
  public var header: [String]
  public var scenario: Scenario
  public init(_ scenario: Scenario, header: [String] = []) {
    self.scenario = scenario
    self.header = header
  }
}
