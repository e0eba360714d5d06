/// How often a candidate is run before it is given up, and how often it must show the fault to be taken.
///
/// The original showed it `reproduced` times in `attempts`. Its true rate is at least the lower end of Wilson's
/// interval (E. B. Wilson, 1927; one-sided, 95 %); a candidate with that rate is taken with the stated confidence.
/// What is flaky must show twice, so that a reduction does not drift towards ever rarer faults.
public struct Patience: Hashable, Sendable, Codable {
  public let runs: Int
  public let hits: Int
  /// Probability with which a candidate that is no rarer than the original is taken. Below the wanted one where
  /// `limit` runs do not suffice.
  public let confidence: Double
  /// The rate that the candidate is taken to have at least.
  public let rate: Double

  /// For a kernel that always does the same.
  public static let once = Patience(runs: 1, hits: 1, confidence: 1, rate: 1)

  private init(runs: Int, hits: Int, confidence: Double, rate: Double) {
    self.runs = runs
    self.hits = hits
    self.confidence = confidence
    self.rate = rate
  }

  public init(reproduced: Int, of attempts: Int, confidence wanted: Double = 0.95, limit: Int = 60) {
    rate = Self.lowestRate(reproduced, attempts)
    hits = reproduced == attempts ? 1 : 2
    // The more runs, the greater the chance.
    var least = hits
    var most = max(hits, limit)
    while least < most {
      let middle = (least + most) / 2
      if Self.chance(of: hits, in: middle, rate) < wanted { least = middle + 1 } else { most = middle }
    }
    runs = least
    confidence = Self.chance(of: hits, in: runs, rate)
  }

  /// Wilson's lower bound; 1.645 is the 95 % quantile of the normal distribution.
  static func lowestRate(_ reproduced: Int, _ attempts: Int) -> Double {
    guard attempts > 0 else { return 0 }
    let z = 1.645
    let n = Double(attempts)
    let p = Double(reproduced) / n
    let spread = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    return max(0, (p + z * z / (2 * n) - spread) / (1 + z * z / n))
  }

  /// Probability of at least one, or at least two, in so many runs.
  static func chance(of hits: Int, in runs: Int, _ rate: Double) -> Double {
    var none = 1.0
    for _ in 0..<runs { none *= 1 - rate }
    if hits == 1 { return 1 - none }
    var one = Double(runs) * rate
    for _ in 1..<max(runs, 1) { one *= 1 - rate }
    return 1 - none - one
  }
}
