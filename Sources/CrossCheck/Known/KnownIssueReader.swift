import Contract
import LiveKernel
import Scenario

/// Reads a known issue from a scenario file: `key: value` lines in the comment at its head, then the evidence.
///
/// ```
/// # title: one line
/// # rules: wake-finds-key keys
/// # kernels: 6.17-            (or 6.17-6.19)
/// # waiters: ring             (or thread; both without)
/// # private: yes              (or no; both without)
/// # after: thread hash-slots  (one of these came before; nothing needed without)
/// # deviation: overlooks-private-waiters (each divergence is this, see `Deviation`, and no other)
/// # log: at futex_wake+       (with the rule kernel-log: what the line in the kernel log contains)
/// #
/// # What is wrong, and how it is known.
/// ```
public enum KnownIssueReader {
  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  /// - Parameters:
  ///   - text: the file as it was read.
  ///   - file: its path, for errors; its last part without `.kw` is the issue's name.
  public static func read(_ text: ScenarioText, file: String) throws(Failure) -> KnownIssue {
    var values: [String: String] = [:]
    var evidence: [String] = []
    for line in text.header {
      let parts = line.split(separator: ":", maxSplits: 1)
      if evidence.isEmpty, parts.count == 2, keys.contains(String(parts[0])) {
        values[String(parts[0])] = trimmed(parts[1])
      } else if !(line.isEmpty && evidence.isEmpty) {
        evidence.append(line)
      }
    }
    func fail(_ key: String, _ expected: String) -> Failure {
      Failure(
        description: "\(file): expected '# \(key): \(expected)', found \(values[key].map { "'\($0)'" } ?? "none")")
    }
    guard let title = values["title"], !title.isEmpty else { throw fail("title", "one line") }
    let rules = words(values["rules"])
    if let unknown = rules.first(where: { Rule(rawValue: $0) == nil && !Divergence.otherRules.contains($0) }) {
      throw Failure(description: "\(file): expected rules of the Contract or of the watch, found '\(unknown)'")
    }
    if rules.isEmpty { throw fail("rules", "the names of the rules that it breaks") }
    guard let kernels = values["kernels"], let (from, through) = range(kernels) else {
      throw fail("kernels", "6.17- or 6.17-6.19")
    }
    var waiters: WaiterKind?
    if let text = values["waiters"] {
      guard let kind = WaiterKind(rawValue: text) else { throw fail("waiters", "ring or thread") }
      waiters = kind
    }
    var isPrivate: Bool?
    if let text = values["private"] {
      guard text == "yes" || text == "no" else { throw fail("private", "yes or no") }
      isPrivate = text == "yes"
    }
    var after: [OperationKind] = []
    for word in words(values["after"]) {
      guard let kind = OperationKind(keyword: word) else { throw fail("after", "kinds of operation") }
      after.append(kind)
    }
    let deviation = values["deviation"].flatMap(Deviation.init(rawValue:))
    if values["deviation"] != nil, deviation == nil {
      throw fail("deviation", Deviation.allCases.map(\.rawValue).joined(separator: " or "))
    }
    let log = values["log"]
    if rules.contains(Divergence.kernelLogRule), log?.isEmpty ?? true {
      throw fail("log", "a part of the line in the kernel log")
    }
    if evidence.isEmpty {
      throw Failure(description: "\(file): expected the evidence below the 'key: value' lines, found none")
    }
    let name = file.split(separator: "/").last.map { $0.hasSuffix(".kw") ? String($0.dropLast(3)) : String($0) } ?? file
    return KnownIssue(
      name: name, title: title, rules: rules, from: from, through: through, waiters: waiters, isPrivate: isPrivate,
      after: after, deviation: deviation, log: log, evidence: evidence,
      scenario: text.scenario)
  }

  private static let keys: Set = ["title", "rules", "kernels", "waiters", "private", "after", "deviation", "log"]

  private static func words(_ text: String?) -> [String] { (text ?? "").split(separator: " ").map(String.init) }

  private static func trimmed(_ text: Substring) -> String {
    text.split(separator: " ").joined(separator: " ")
  }

  private static func range(_ text: String) -> (KernelRelease, KernelRelease?)? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let from = KernelRelease(uname: parts[0]) else { return nil }
    if parts[1].isEmpty { return (from, nil) }
    guard let through = KernelRelease(uname: parts[1]) else { return nil }
    return (from, through)
  }
}
