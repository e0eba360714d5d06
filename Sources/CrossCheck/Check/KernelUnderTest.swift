import Scenario

/// Whoever answers for a kernel: the live one, or in tests one with a planted fault.
public protocol KernelUnderTest: AnyObject {
  /// Who answers, as signatures name it: `live-6.18`.
  var answerer: String { get }
  /// Runs the whole scenario. What the kernel does is never an error of this call.
  func run(_ scenario: Scenario, waiters: WaiterKind) -> RunReport
  /// Forgets all state: the next run starts with fresh agents.
  func renew()
}

/// How waits are made.
public enum WaiterKind: String, CaseIterable, Sendable, Codable {
  /// `io_uring` futex waits, submitted inline.
  case ring
  /// Threads parked in `FUTEX_WAIT`.
  case thread
}

/// What one run gave.
public struct RunReport: Sendable {
  public enum End: Sendable {
    case completed
    /// Nothing of it ran.
    case skipped(String)
    /// Keywake's own error.
    case harnessFault(String)
    /// The run stopped making progress in the operation after the last observation.
    case hung(Hang)
  }
  public struct Hang: Sendable {
    /// `lost-wake`, `kernel-loop`, or `slow-machine`: which of the watch's verdicts.
    public var rule: String
    public var description: String
    public init(rule: String, description: String) {
      self.rule = rule
      self.description = description
    }
  }
  /// One for each operation of `Scenario.operations` that ran, in order.
  public var observations: [Observation]
  public var end: End
  public var notes: [String]

  public init(observations: [Observation], end: End, notes: [String] = []) {
    self.observations = observations
    self.end = end
    self.notes = notes
  }
}
