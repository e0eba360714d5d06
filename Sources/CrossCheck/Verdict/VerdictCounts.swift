/// How many scenarios ended in each verdict, with the reasons of those that were not decided.
public struct VerdictCounts: Sendable {
  public private(set) var agree = 0
  public private(set) var disagree = 0
  public private(set) var undecided = 0
  public private(set) var skipped = 0
  public private(set) var harnessFault = 0
  /// Scenarios in which each disagreement is a known issue; they are not in `disagree`.
  public private(set) var known = 0
  /// Name of a known issue to the scenarios that showed it.
  public private(set) var knownIssues: [String: Int] = [:]
  /// Reason to count, for `skipped` and `undecided`.
  public private(set) var reasons: [String: Int] = [:]

  public init() {}

  public mutating func add(_ verdict: Verdict) {
    switch verdict {
    case .agree: agree += 1
    case .disagree: disagree += 1
    case .known(let names):
      known += 1
      for name in names { knownIssues[name, default: 0] += 1 }
    case .undecided(let reason):
      undecided += 1
      reasons["undecided: \(reason)", default: 0] += 1
    case .skipped(let reason):
      skipped += 1
      reasons["skipped: \(reason)", default: 0] += 1
    case .harnessFault: harnessFault += 1
    }
  }

  /// Scenarios that ran to a verdict about the kernel.
  public var executed: Int { agree + disagree + known }
  public var total: Int { executed + undecided + skipped + harnessFault }

  /// The reasons, most frequent first, then by name.
  public var sortedReasons: [(reason: String, count: Int)] {
    reasons.map { (reason: $0.key, count: $0.value) }.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
  }

  public var exitCode: ExitCode {
    if disagree > 0 { return .finding }
    if harnessFault > 0 { return .harnessFault }
    return executed == 0 ? .nothingExecuted : .agree
  }
}

/// The exit codes of every command.
public enum ExitCode: Int32, Sendable {
  case agree = 0
  case finding = 1
  case usage = 2
  case harnessFault = 3
  case nothingExecuted = 4
}
