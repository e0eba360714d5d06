import LiveKernel

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
    kernelLogRule,
  ]
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

extension Divergence {
  /// A complaint in the kernel log. Its signature holds what kind it is and the function that complained.
  init(of event: KernelEvent, position: Int) {
    self.init(
      position: position, rule: Self.kernelLogRule, operation: event.kind.rawValue, memory: Self.place(of: event),
      promised: "no complaint in the kernel log", seen: event.title)
  }

  /// The function that the report names first (`futex_wake+0x1d/0x250`), or else the title's first words.
  private static func place(of event: KernelEvent) -> String {
    for line in [event.title] + event.lines {
      for word in line.split(whereSeparator: { " ()[]".contains($0) }) {
        let parts = word.split(separator: "+", maxSplits: 1)
        guard parts.count == 2, parts[1].hasPrefix("0x") else { continue }
        // "RIP: 0010:futex_wake+0x1d/0x250"
        return String(parts[0].split(separator: ":").last ?? parts[0])
      }
    }
    let words = event.title.split(separator: " ").map { $0.filter(\.isLetter) }
    return words.filter { !$0.isEmpty }.prefix(5).joined(separator: "-")
  }
}
