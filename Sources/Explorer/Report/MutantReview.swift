/// The reviewed list of mutants that live: `program | change | line | reason`, a mutant or a class of mutants in each line.
///
/// In the program and in the line a `*` stands for any text: one reason may hold for a class. A reason that begins with
/// `not equivalent:` says what the races lack; any other says why nobody can tell the mutant from the original.
public struct MutantReview: Sendable {
  struct Entry: Sendable {
    var pattern: [String]
    var isEquivalent: Bool
    var text: String

    /// Whether the pattern's pieces follow each other in the name, the first at its start, the last at its end.
    func matches(_ name: String) -> Bool {
      guard var rest = pattern.first.flatMap({ name.hasPrefix($0) ? name.dropFirst($0.count) : nil }) else {
        return false
      }
      guard pattern.count > 1 else { return rest.isEmpty }
      for piece in pattern.dropFirst().dropLast() {
        guard let place = Self.find(piece, in: rest) else { return false }
        rest = rest[place...].dropFirst(piece.count)
      }
      return rest.hasSuffix(pattern[pattern.count - 1])
    }
    private static func find(_ piece: String, in text: Substring) -> Substring.Index? {
      var at = text.startIndex
      while true {
        if text[at...].hasPrefix(piece) { return at }
        if at == text.endIndex { return nil }
        at = text.index(after: at)
      }
    }
  }
  /// A line that does not belong in the list.
  public struct Complaint: Error, Sendable, Hashable, CustomStringConvertible {
    public var file: String
    public var line: Int
    public var message: String
    public var description: String { "\(file):\(line):1: \(message)" }
  }
  public enum Standing: Sendable, Hashable {
    case equivalent
    /// Alive, told apart by nothing that the races show, and no equivalent.
    case gap
    case unlisted
  }

  private var entries: [Entry] = []

  public init() {}

  /// - Throws: ``Complaint`` with file and line.
  public init(_ text: String, file: String) throws(Complaint) {
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      guard !line.isEmpty, !line.hasPrefix("#") else { continue }
      // The line of the program may hold " | " itself; the reason may not.
      let parts = Self.parts(line)
      guard parts.count >= 4, let reason = parts.last, reason.count > 10 else {
        throw Complaint(
          file: file, line: index + 1,
          message: "expected \"PROGRAM | CHANGE | LINE | REASON\", found \"\(line)\"")
      }
      let name = parts.dropLast().joined(separator: " | ")
      guard !entries.contains(where: { $0.text == name }) else {
        throw Complaint(file: file, line: index + 1, message: "\"\(name)\" is listed twice")
      }
      entries.append(
        Entry(
          pattern: name.split(separator: "*", omittingEmptySubsequences: false).map(String.init),
          isEquivalent: !reason.hasPrefix("not equivalent:"), text: name))
    }
  }

  private static func parts(_ line: Substring) -> [Substring] {
    var parts: [Substring] = []
    var rest = line
    while let bar = rest.indices.first(where: { rest[$0...].hasPrefix(" | ") }) {
      parts.append(rest[..<bar])
      rest = rest[bar...].dropFirst(3)
    }
    return parts + [rest]
  }

  /// What the list says of a mutant. A line for it alone goes before one for its class.
  public func standing(of name: String) -> Standing {
    let entry =
      entries.first { $0.pattern.count == 1 && $0.text == name } ?? entries.first { $0.matches(name) }
    return entry.map { $0.isEquivalent ? .equivalent : .gap } ?? .unlisted
  }

  /// Lines of the list of which no mutant among those that live is an instance.
  public func stale(alive names: [String]) -> [String] {
    entries.filter { entry in !names.contains { entry.matches($0) } }.map(\.text)
  }
}
