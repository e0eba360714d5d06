import CrossCheck

/// A signature as one shift saw it.
struct Sighting: Sendable {
  var finding: Finding
  var source: String
  /// In this shift, so far.
  var occurrences: Int
  /// Seeds and noise.
  var settings: String?
  /// What triage can do with it: `nil` for what cannot be run again.
  var next: TriageStep? = .reproduce
}
