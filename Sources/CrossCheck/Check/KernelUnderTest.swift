import LiveKernel
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
  /// What is wrong whatever was promised, such as a waiter that ended and nobody had woken.
  public var alarms: [Alarm]

  public struct Alarm: Sendable {
    /// Index of the operation.
    public var position: Int
    /// `spurious-wake`, `keys-inconsistent`, `completions-missing`.
    public var rule: String
    public var text: String
    public init(position: Int, rule: String, text: String) {
      self.position = position
      self.rule = rule
      self.text = text
    }
  }

  public init(observations: [Observation], end: End, notes: [String] = [], alarms: [Alarm] = []) {
    self.observations = observations
    self.end = end
    self.notes = notes
    self.alarms = alarms
  }
}
