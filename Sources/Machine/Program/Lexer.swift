/// One word of a line.
struct Token: Sendable, Hashable {
  enum Kind: Sendable { case name, number, symbol, end }
  var kind: Kind
  var text: String
  var column: Int
}

/// Splits one line into words.
struct Lexer {
  let file: String
  let line: Int

  private static let symbols = ["->", "||", "&&", "==", "!=", "<=", ">=", "|=", "+=", "-=", "++", "--"]
  private static let single = Array("()[]{},;:=!<>+-|&.*@".utf8)

  func tokens(_ text: Substring) throws(ProgramError) -> [Token] {
    let bytes = Array(text.utf8)
    var result: [Token] = []
    var at = 0
    while at < bytes.count {
      let byte = bytes[at]
      if byte == 32 || byte == 9 {
        at += 1
        continue
      }
      let start = at
      if Self.isLetter(byte) {
        while at < bytes.count, Self.isLetter(bytes[at]) || Self.isDigit(bytes[at]) { at += 1 }
        // Names of programs have dots and dashes: `derive.4.6`, `env.shmem-writepage`.
        if at < bytes.count, bytes[at] == 46, Self.isProgramKind(bytes[start..<at]) {
          while at < bytes.count,
            Self.isLetter(bytes[at]) || Self.isDigit(bytes[at]) || bytes[at] == 46 || bytes[at] == 45
          { at += 1 }
        }
        guard at - start <= ProgramLimits.nameLength else {
          throw error(start, "a name has at most \(ProgramLimits.nameLength) characters")
        }
        result.append(Token(kind: .name, text: String(decoding: bytes[start..<at], as: UTF8.self), column: start + 1))
        continue
      }
      if Self.isDigit(byte) {
        while at < bytes.count, Self.isDigit(bytes[at]) { at += 1 }
        result.append(Token(kind: .number, text: String(decoding: bytes[start..<at], as: UTF8.self), column: start + 1))
        continue
      }
      if at + 1 < bytes.count {
        let pair = String(decoding: bytes[at..<at + 2], as: UTF8.self)
        if Self.symbols.contains(pair) {
          result.append(Token(kind: .symbol, text: pair, column: start + 1))
          at += 2
          continue
        }
      }
      guard Self.single.contains(byte) else { throw error(start, "this character has no meaning here") }
      result.append(Token(kind: .symbol, text: String(UnicodeScalar(byte)), column: start + 1))
      at += 1
    }
    result.append(Token(kind: .end, text: "the end of the line", column: bytes.count + 1))
    return result
  }

  private func error(_ offset: Int, _ message: String) -> ProgramError {
    ProgramError(file: file, place: SourcePlace(line: line, column: offset + 1), message: message)
  }
  static func isLetter(_ byte: UInt8) -> Bool { (byte | 32) >= 97 && (byte | 32) <= 122 || byte == 95 }
  static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
  static func isProgramKind(_ bytes: ArraySlice<UInt8>) -> Bool {
    [
      "derive", "wait", "wake", "refs", "sched", "env", "gup", "futex", "drop", "hold", "release", "rmap", "seq",
      "user", "unlock", "join", "put", "get",
      "before", "after", "mm",
    ].contains(
      String(decoding: bytes, as: UTF8.self))
  }
}
