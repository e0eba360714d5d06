import Scenario

/// A reduction's state on disk. Reducers go over a scenario in a fixed order and never try a candidate twice, so the
/// best scenario and the cache are all that is needed to go on.
public struct ReductionRecord: Codable, Sendable {
  public static let version = 1
  public private(set) var version = ReductionRecord.version
  /// Which scenario it is of.
  public let original: CandidateKey
  public let signature: String
  /// The best scenario so far, in text form.
  public let best: String
  public let candidates: Int
  public let runs: Int
  public let isComplete: Bool
  private let keys: [CandidateKey]

  init(
    original: CandidateKey, signature: String, best: String, candidates: Int, runs: Int, tried: Set<CandidateKey>,
    isComplete: Bool
  ) {
    self.original = original
    self.signature = signature
    self.best = best
    self.candidates = candidates
    self.runs = runs
    self.isComplete = isComplete
    keys = tried.sorted { ($0.high, $0.low) < ($1.high, $1.low) }
  }

  var tried: Set<CandidateKey> { Set(keys) }
  public var scenario: Scenario? { try? ScenarioParser.parse(best, file: "reduction") }

  static func key(of scenario: Scenario) -> CandidateKey { CandidateKey(scenario) }
  /// Whether it is a state of reducing this scenario.
  public func isOf(_ scenario: Scenario) -> Bool { version == Self.version && original == Self.key(of: scenario) }
}
