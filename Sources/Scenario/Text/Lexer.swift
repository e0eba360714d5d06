/// Cuts a text into words, line by line. It never fails: what is no text becomes a token that fits nowhere.
struct Lexer {
  enum Kind: Equatable {
    case word
    case comma
    case semicolon
    case lineEnd
    /// A byte that no text has; the string says what it is.
    case bad(String)
  }
  struct Token {
    var kind: Kind
    var start: Int
    var end: Int
  }

  let bytes: [UInt8]
  private(set) var offset = 0
  private(set) var token = Token(kind: .lineEnd, start: 0, end: 0)
  /// Byte range of the comment that ended the line, without `#`.
  private(set) var comment: Range<Int>?

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Goes to the first token of the next line; `false` at the end of the text.
  mutating func nextLine() -> Bool {
    guard offset < bytes.count else { return false }
    comment = nil
    advance()
    return true
  }

  /// Goes to the next token of the line; stays on its end.
  mutating func advance() {
    while offset < bytes.count, bytes[offset] == UInt8(ascii: " ") || bytes[offset] == UInt8(ascii: "\t") {
      offset += 1
    }
    let start = offset
    guard offset < bytes.count else { return token = Token(kind: .lineEnd, start: start, end: start) }
    switch bytes[offset] {
    case UInt8(ascii: "\n"):
      offset += 1
      token = Token(kind: .lineEnd, start: start, end: start)
    case UInt8(ascii: "\r") where isLineEnd(offset):
      offset = min(offset + 2, bytes.count)
      token = Token(kind: .lineEnd, start: start, end: start)
    case UInt8(ascii: ","):
      offset += 1
      token = Token(kind: .comma, start: start, end: offset)
    case UInt8(ascii: ";"):
      offset += 1
      token = Token(kind: .semicolon, start: start, end: offset)
    case UInt8(ascii: "#"):
      offset += 1
      while let length = characterLength(), bytes[offset] != UInt8(ascii: "\n") { offset += length }
      if atLineEnd {
        comment = start + 1..<offset
        token = Token(kind: .lineEnd, start: start, end: start)
        if offset < bytes.count { offset += bytes[offset] == UInt8(ascii: "\r") ? 2 : 1 }
        offset = min(offset, bytes.count)
      } else {
        token = badToken()
      }
    default:
      while !atWordEnd, let length = characterLength() { offset += length }
      token = offset > start ? Token(kind: .word, start: start, end: offset) : badToken()
    }
  }

  private func isLineEnd(_ offset: Int) -> Bool {
    offset >= bytes.count || bytes[offset] == UInt8(ascii: "\n")
      || (bytes[offset] == UInt8(ascii: "\r")
        && (offset + 1 == bytes.count || bytes[offset + 1] == UInt8(ascii: "\n")))
  }
  private var atLineEnd: Bool { isLineEnd(offset) }
  private var atWordEnd: Bool {
    guard offset < bytes.count else { return true }
    switch bytes[offset] {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: ","),
      UInt8(ascii: ";"), UInt8(ascii: "#"):
      return true
    default: return false
    }
  }

  /// Bytes of the character at the offset; `nil` at the end, and for what is no character of a text.
  private func characterLength() -> Int? {
    guard offset < bytes.count else { return nil }
    let first = bytes[offset]
    if first < 0x80 {
      let isControl = first < 0x20 || first == 0x7f
      return isControl && first != UInt8(ascii: "\t") && first != UInt8(ascii: "\n") ? nil : 1
    }
    let (length, least): (Int, UInt32)
    switch first {
    case 0xc2...0xdf: (length, least) = (2, 0x80)
    case 0xe0...0xef: (length, least) = (3, 0x800)
    case 0xf0...0xf4: (length, least) = (4, 0x10000)
    default: return nil
    }
    guard offset + length <= bytes.count else { return nil }
    var value = UInt32(first) & (0x7f >> UInt32(length))
    for byte in bytes[offset + 1..<offset + length] {
      guard byte & 0xc0 == 0x80 else { return nil }
      value = value << 6 | UInt32(byte & 0x3f)
    }
    return value >= least && Unicode.Scalar(value) != nil ? length : nil
  }

  private func badToken() -> Token {
    let byte = bytes[offset]
    let number = (byte < 16 ? "0x0" : "0x") + String(byte, radix: 16)
    let what = byte < 0x80 ? "the control character \(number)" : "the byte \(number), which is not UTF-8"
    return Token(kind: .bad(what), start: offset, end: offset + 1)
  }
}
