/// What came of holding one scenario's answers against each other. Never folded: a skip is not a pass.
public enum Verdict: Sendable {
  /// Every result and every wake is what the Contract promises.
  case agree
  /// A finding.
  case disagree(Divergence)
  /// Disagreements, each of which a known issue explains; the issues' names.
  case known([String])
  /// A bound stopped the check; the text says which.
  case undecided(String)
  /// Something is missing here; the text says what.
  case skipped(String)
  /// Keywake's own error.
  case harnessFault(String)

  public var kind: Kind {
    switch self {
    case .agree: .agree
    case .disagree: .disagree
    case .known: .known
    case .undecided: .undecided
    case .skipped: .skipped
    case .harnessFault: .harnessFault
    }
  }

  public enum Kind: String, CaseIterable, Sendable, Codable {
    case agree
    case disagree
    case known
    case undecided
    case skipped
    case harnessFault = "harness-fault"
  }
}
