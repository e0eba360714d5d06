import Foundation
import Scenario
import Testing

/// Checks a property for many random inputs. A failure says the seed that gives the input again, alone:
/// `KEYWAKE_SEED=N KEYWAKE_RUNS=1 swift test --filter ...`.
enum Property {
  static let runs = Int(ProcessInfo.processInfo.environment["KEYWAKE_RUNS"] ?? "") ?? 100_000
  static let seed = UInt64(ProcessInfo.processInfo.environment["KEYWAKE_SEED"] ?? "") ?? 1

  /// `check` answers what is wrong with the input of this generator, or nothing.
  static func holds(
    sourceLocation: SourceLocation = #_sourceLocation, _ check: (inout SplitMix64) -> String?
  ) {
    for run in 0..<UInt64(runs) {
      var random = SplitMix64(seed: seed &+ run)
      // Numbers of neighbouring seeds must have nothing in common.
      random = SplitMix64(seed: random.next() ^ 0x5cea_2a91)
      if let wrong = check(&random) {
        Issue.record("seed \(seed &+ run): \(wrong)", sourceLocation: sourceLocation)
        return
      }
    }
  }

  static func bytes(_ random: inout SplitMix64, upTo limit: Int) -> [UInt8] {
    let count = Int(random.next() % UInt64(limit))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count {
      let word = random.next()
      for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * UInt64(shift)))) }
    }
    bytes.removeSubrange(count...)
    return bytes
  }
}
