/// A scenario as a file holds it: with the comment at its head, which is not part of the scenario itself.
public struct ScenarioText: Hashable, Sendable {
  /// Comment lines before the first operation, without `#`.
  public var header: [String]
  public var scenario: Scenario
  /// Schedules of its races on the simulated kernel, which are not part of the scenario either.
  public var schedules: [StoredSchedule]
  public init(_ scenario: Scenario, header: [String] = [], schedules: [StoredSchedule] = []) {
    self.scenario = scenario
    self.header = header
    self.schedules = schedules
  }
}
