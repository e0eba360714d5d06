import Scenario

/// What the lanes of a race do, as the signatures of its findings name it: `wait-against-store+wake`.
public enum RaceCalls {
  static let between = "-against-"

  static func text(of lane: Scenario.Lane) -> String {
    lane.operations.map(\.kind.keyword).joined(separator: "+")
  }

  /// Whether a race does nothing but what is left of another's: each lane is part of another lane of it, in its order.
  public static func isPart(_ calls: String, of others: String) -> Bool { isPart(lanes(calls), of: lanes(others)) }

  /// Whether more than one lane does something.
  public static func isRace(_ calls: String) -> Bool { lanes(calls).count { !$0.isEmpty } > 1 }

  private static func lanes(_ operation: String) -> [[Substring]] {
    operation.split(separator: between, omittingEmptySubsequences: false).map { $0.split(separator: "+") }
  }

  private static func isPart(_ lanes: [[Substring]], of others: [[Substring]]) -> Bool {
    guard let first = lanes.first else { return true }
    return others.indices.contains { index in
      var rest = others
      let other = rest.remove(at: index)
      return isPart(first, of: other) && isPart(Array(lanes.dropFirst()), of: rest)
    }
  }
  private static func isPart(_ words: [Substring], of others: [Substring]) -> Bool {
    var rest = others[...]
    for word in words {
      guard let at = rest.firstIndex(of: word) else { return false }
      rest = rest[(at + 1)...]
    }
    return true
  }
}
