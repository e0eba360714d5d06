import LiveKernel
import Scenario

/// What came of running one scenario's race many times.
public struct LitmusReport: Sendable {
  public enum Standing: Hashable, Sendable {
    case allowed
    /// Not in the Contract's set, or something afterwards that follows from no allowed outcome.
    case forbidden(Divergence)
    /// Forbidden, and explained by these known issues.
    case known([String])
    /// Nothing is promised; the text says why.
    case undecided(String)

    public var keyword: String {
      switch self {
      case .allowed: "allowed"
      case .forbidden: "forbidden"
      case .known: "known"
      case .undecided: "undecided"
      }
    }
  }
  public struct Row: Sendable {
    /// Results lane by lane, who was woken, and the results after the race, in the scenario's words.
    public var outcome: String
    /// The race's part of it: lanes, and the waiters that ended.
    public var results: [[OperationResult]]
    public var ended: [EndedWaiter]
    public var standing: Standing
    public var count: Int
    /// The first run that gave it, by its number in the schedule, and how its lanes were laid out.
    public var firstRun: UInt64
    public var plan: RacePlan
    /// The first run itself.
    public var report: RunReport

    public var divergence: Divergence? { if case .forbidden(let divergence) = standing { divergence } else { nil } }
  }
  /// In the order of their counts, the most frequent first.
  public var rows: [Row] = []
  /// Allowed outcomes of the first race that no run gave; those that need a spurious EFAULT are not among them.
  public var unseen: [String] = []
  public var runs = 0
  /// How close runs came to the schedule that was followed.
  public var closeness = FollowedSchedule.Closeness()
  public var seed: UInt64 = 0
  public var jitter = 0
  /// Why nothing ran, or did not run to its end.
  public var skipped: String?
  public var fault: String?

  public var forbidden: [Row] { rows.filter { $0.divergence != nil } }
}
