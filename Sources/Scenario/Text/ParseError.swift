/// The first place at which a text is not a scenario.
public struct ParseError: Error, Hashable, Sendable, CustomStringConvertible {
  /// As the caller named it.
  public var file: String
  /// From 1.
  public var line: Int
  /// In characters, from 1.
  public var column: Int
  /// What may stand there.
  public var expected: String
  /// What does.
  public var found: String
  /// The line, cut to the surroundings of the place if it is long.
  public var excerpt: String
  /// Characters of the excerpt before the place.
  public var excerptColumn: Int

  public var message: String { "expected \(expected), found \(found)" }

  /// `FILE:LINE:COLUMN: message`, the line, and a caret under the place.
  public var description: String {
    let pad = String(excerpt.prefix(excerptColumn).map { $0 == "\t" ? "\t" : " " })
    return "\(file):\(line):\(column): \(message)\n  \(excerpt)\n  \(pad)^"
  }

  /// The error at a byte of the text.
  init(_ bytes: [UInt8], at offset: Int, file: String, expected: String, found: String) {
    self.file = file
    self.expected = expected
    self.found = found
    let newline = UInt8(ascii: "\n")
    let offset = min(offset, bytes.count)
    let start = (bytes[..<offset].lastIndex(of: newline) ?? -1) + 1
    var end = bytes[offset...].firstIndex(of: newline) ?? bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r"), end > offset { end -= 1 }
    line = bytes[..<start].reduce(1) { $0 + ($1 == newline ? 1 : 0) }
    let before = String(decoding: bytes[start..<offset], as: UTF8.self)
    let after = String(decoding: bytes[offset..<end], as: UTF8.self)
    column = before.count + 1
    let shownBefore = before.count > 80 ? "…" + before.suffix(79) : before
    let shownAfter = after.count > 80 ? after.prefix(79) + "…" : after
    // A line from a stranger must not drive the terminal.
    excerpt = String((shownBefore + shownAfter).map { Self.isPrintable($0) ? $0 : "\u{FFFD}" })
    excerptColumn = shownBefore.count
  }

  private static func isPrintable(_ character: Character) -> Bool {
    character == "\t" || character.unicodeScalars.allSatisfy { $0.value >= 32 && !(127..<160).contains($0.value) }
  }
}
