/// Where a finding is in its life.
public enum FindingState: String, Codable, Sendable, CaseIterable {
  /// Not run again yet.
  case new
  /// It shows in nearly each fresh run.
  case confirmed
  /// It shows at times, or did once.
  case flaky
  /// A known issue explains it.
  case known
  /// It was confirmed, and does not show any more on the release that runs now.
  case fixed
}
