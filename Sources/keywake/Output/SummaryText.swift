import Campaign
import CrossCheck
import Foundation

/// Verdict counts in words.
enum SummaryText {
  static func counts(_ counts: VerdictCounts, colour: Bool) -> String {
    func part(_ number: Int, _ name: String, _ shade: Terminal.Colour) -> String {
      Terminal.paint("\(number) \(name)", shade, if: colour && number > 0)
    }
    var parts = [
      part(counts.agree, "agree", .green), part(counts.disagree, "disagree", .red),
      part(counts.undecided, "undecided", .yellow), part(counts.skipped, "skipped", .yellow),
      part(counts.harnessFault, "harness-fault", .red),
    ]
    if counts.known > 0 { parts.insert(part(counts.known, "known", .cyan), at: 2) }
    return parts.joined(separator: ", ")
  }

  /// Why scenarios were not decided, one line a reason.
  static func reasons(_ counts: VerdictCounts, limit: Int = 12) -> [String] {
    let reasons = counts.sortedReasons
    var lines = counts.knownIssues.sorted { $0.key < $1.key }.map { "  \($0.value) known: \($0.key)" }
    lines += reasons.prefix(limit).map { "  \($0.count) \($0.reason)" }
    if reasons.count > limit { lines.append("  and \(reasons.count - limit) more reasons") }
    return lines
  }

  /// `1,234` a second.
  static func rate(_ count: UInt64, _ seconds: Double) -> String {
    grouped(UInt64(Double(count) / max(seconds, 0.001)))
  }

  static func grouped(_ number: UInt64) -> String { Number.grouped(Int64(clamping: number)) }
}

/// Verdict counts for machines.
struct CountsOutput: Encodable {
  var agree: Int
  var disagree: Int
  var known: Int
  /// Name of a known issue to the scenarios that showed it.
  var knownIssues: [String: Int]
  var undecided: Int
  var skipped: Int
  var harnessFault: Int
  /// Reason to count, for what was not decided.
  var reasons: [String: Int]

  init(_ counts: VerdictCounts) {
    agree = counts.agree
    disagree = counts.disagree
    known = counts.known
    knownIssues = counts.knownIssues
    undecided = counts.undecided
    skipped = counts.skipped
    harnessFault = counts.harnessFault
    reasons = counts.reasons
  }
}

/// JSON on standard output, keys sorted.
enum JSONOutput {
  static func print(_ value: some Encodable) throws(CommandFailure) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      Stream.output.line(String(decoding: try encoder.encode(value), as: UTF8.self))
    } catch {
      throw .fault("cannot write JSON: \(error)")
    }
  }
}
