/// The first place where two answers part.
public struct Divergence: Sendable, Hashable {
  /// Index into `Scenario.operations`.
  public var position: Int
  /// Stable name of the rule that is broken: a rule of the Contract, `stated` for an author's statement, or one of
  /// the watch's (`lost-wake`, `kernel-loop`, `kernel-log`).
  public var rule: String
  /// Keyword of the operation at the divergence.
  public var operation: String
  /// Kind of memory that the operation touches there, or `none`.
  public var memory: String
  public var promised: String
  public var seen: String

  public init(position: Int, rule: String, operation: String, memory: String, promised: String, seen: String) {
    self.position = position
    self.rule = rule
    self.operation = operation
    self.memory = memory
    self.promised = promised
    self.seen = seen
  }

  /// The rules that are not the Contract's.
  static let otherRules: Set = [
    "stated", "spurious-wake", "keys-inconsistent", "completions-missing", "lost-wake", "kernel-loop", "kernel-blocked",
    kernelLogRule, raceRule,
  ]

  /// The rule that a race breaks whose outcome no order of its lanes' operations gives.
  public static let raceRule = "race-outcome"

  /// The rule that a complaint in the kernel log breaks.
  public static let kernelLogRule = "kernel-log"

  /// The finding's signature: rule, operation, memory and who gave the answer (`live-6.18`); no addresses, no counts.
  /// It is a legal folder name.
  public func signature(of answerer: String) -> String {
    let parts = [rule, operation, memory, answerer]
    return parts.map { part in
      String(part.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") ? $0 : "-" })
    }.joined(separator: "_")
  }
}
