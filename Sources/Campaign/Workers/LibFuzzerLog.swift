import Foundation

/// What libFuzzer's log says: how far it came, and how it ended.
public struct LibFuzzerLog: Sendable {
  public private(set) var executions: Int64 = 0
  private(set) var coverage: Int64?
  /// Coverage counters are there: without them it runs blind.
  private(set) var isInstrumented = false
  /// What went wrong, in its words: the program's own last line, or the sanitizer's.
  public private(set) var complaint: String?
  /// Functions on the stack, innermost first, as far as they have names.
  private(set) var frames: [String] = []

  public init(_ text: String) {
    for line in text.split(whereSeparator: { $0.isNewline || $0 == "\r" }) {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard let first = words.first else { continue }
      if first.hasPrefix("#"), words.count > 2, let number = Int64(first.dropFirst()) {
        if words.contains("cov:") || words.contains("ft:") {
          executions = max(executions, number)
          // Without the compiler's counters the features stand for them.
          for name in ["cov:", "ft:"] {
            if let index = words.firstIndex(where: { $0 == name }), index + 1 < words.count,
              let count = Int64(words[index + 1])
            {
              coverage = max(coverage ?? 0, count)
              break
            }
          }
        } else if words.count > 3, words[1].hasPrefix("0x"), words[2] == "in" {
          frames.append(String(words[3]))
        }
      } else if first == "stat::number_of_executed_units:", let count = words.last.flatMap({ Int64($0) }) {
        executions = count
      } else if line.hasPrefix("INFO: Loaded") {
        isInstrumented = isInstrumented || !line.contains("(0 ")
      } else if line.contains("Fatal error") || line.hasPrefix("disagree:") || line.hasPrefix("harness-fault:") {
        complaint = complaint ?? String(line)
      } else if line.hasPrefix("crash: ") {
        complaint = complaint ?? String(line)
      } else if line.contains("ERROR: libFuzzer:"), complaint == nil {
        complaint = line.range(of: "libFuzzer:").map { String(line[$0.lowerBound...]) }
      }
    }
  }
}
