import Machine

/// A reviewed table of history: which version breaks which rules in which race, and why.
///
/// One line a race and verdict: `race | verdict | versions | reason`; `ok` and `waits` break no rule.
public struct ReviewedHistory: Sendable {
  public struct Row: Sendable, Hashable {
    public var race: String
    /// Short names; `all` for every version.
    public var versions: [String]
    /// The rules that are broken; none for `ok` and `waits`.
    public var kinds: [ViolationKind]
    /// Why, in words; empty for `ok`.
    public var reason: String
  }

  /// A line that cannot be read.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public var file: String
    public var line: Int
    public var message: String
    public var description: String { "\(file):\(line): \(message)" }
  }

  public var rows: [Row] = []

  /// - Throws: ``Failure`` with file and line.
  public init(text: String, file: String) throws(Failure) {
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.isEmpty || line.first == "#" { continue }
      func wrong(_ message: String) -> Failure { Failure(file: file, line: index + 1, message: message) }
      let parts = line.split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false).map(Self.trimmed)
      guard parts.count >= 3, !parts[0].isEmpty, !parts[2].isEmpty else {
        throw wrong("expected \"race | verdict | versions | reason\"")
      }
      var kinds: [ViolationKind] = []
      if parts[1] != "ok", parts[1] != "waits" {
        for name in parts[1].split(separator: ",").map(Self.trimmed) {
          guard let kind = ViolationKind.allCases.first(where: { "\($0)" == name }) else {
            throw wrong("no rule is called \"\(name)\"")
          }
          kinds.append(kind)
        }
      }
      rows.append(
        Row(
          race: parts[0], versions: parts[2].split(separator: " ").map(String.init), kinds: kinds,
          reason: parts.count > 3 ? parts[3] : ""))
    }
  }

  /// The row that says that a rule is broken, by number; `nil` when that is news.
  /// - Parameter versions: names under which the version may stand in the table.
  public func row(race: String, kind: ViolationKind, versions: [String]) -> Int? {
    rows.firstIndex { row in
      row.race == race && row.kinds.contains(kind)
        && (row.versions == ["all"] || versions.contains(where: row.versions.contains))
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    var rest = text
    while rest.first == " " { rest = rest.dropFirst() }
    while rest.last == " " || rest.last == "\r" { rest = rest.dropLast() }
    return String(rest)
  }
}
