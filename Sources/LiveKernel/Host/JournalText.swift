/// The text form of an undo journal, shared with the C that undoes it: words separated by one blank, each with
/// blanks, control characters and `%` as `%XX`.
enum JournalText {
  static func header(run: String, boot: String) -> String { "keywake-journal 1 \(run) \(boot)\n" }

  static func record(_ sequence: Int, _ words: [String]) -> String {
    "\(sequence) " + words.map(escape).joined(separator: " ") + "\n"
  }

  static func escape(_ word: String) -> String {
    var text: [UInt8] = []
    for byte in word.utf8 {
      if byte <= 0x20 || byte == UInt8(ascii: "%") || byte >= 0x7F {
        text.append(UInt8(ascii: "%"))
        text.append(hexDigit(byte >> 4))
        text.append(hexDigit(byte & 15))
      } else {
        text.append(byte)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// What record `sequence` says, for messages.
  static func describe(_ sequence: Int, in journal: String) -> String {
    let start = "\(sequence) "
    let line = journal.split(separator: "\n").first { $0.hasPrefix(start) && !$0.hasSuffix(" done") }
    return line.map { String($0.dropFirst(start.count)) } ?? "record \(sequence)"
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
  }
}
