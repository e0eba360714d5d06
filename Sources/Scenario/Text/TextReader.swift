/// Reads words of a text, and says what was expected where one does not fit.
struct TextReader {
  let file: String
  var lexer: Lexer
  /// What was tried at this token in vain; words of the language still need their quotes.
  private var alternatives: [(text: String, isLiteral: Bool)] = []
  /// Start of each operand of the operation that is being read, and of each word of its list.
  var operandOffsets: [Int] = []
  var wordOffsets: [Int] = []

  var actors = NameTable<ActorID>()
  var files = NameTable<FileID>()
  var slots = NameTable<SlotID>()
  var waiters = NameTable<WaiterID>()

  init(_ bytes: [UInt8], file: String) {
    lexer = Lexer(bytes)
    self.file = file
  }

  // MARK: Errors

  func error(_ expected: String, _ found: String, at offset: Int) -> ParseError {
    ParseError(lexer.bytes, at: offset, file: file, expected: expected, found: found)
  }
  /// The error that says what was tried at this token, besides `expected`.
  func error(_ expected: String...) -> ParseError {
    let all = alternatives.map { $0.isLiteral ? "'\($0.text)'" : $0.text } + expected
    let list = all.count < 2 ? all.joined() : all.dropLast().joined(separator: ", ") + " or " + (all.last ?? "")
    return error(list, found, at: lexer.token.start)
  }
  /// The token, as an error shows it.
  var found: String {
    switch lexer.token.kind {
    case .word: quote(lexer.token.start, lexer.token.end)
    case .comma: "','"
    case .semicolon: "';'"
    case .lineEnd: "the end of the line"
    case .bad(let what): what
    }
  }
  func quote(_ start: Int, _ end: Int) -> String {
    if start >= end { return "nothing" }
    let shown = String(decoding: lexer.bytes[start..<min(end, start + 40)], as: UTF8.self)
    return "'\(shown)\(end - start > 40 ? "…" : "")'"
  }
  /// The end of the word that an offset lies in.
  func wordEnd(_ offset: Int) -> Int {
    let stops = Array(" \t\r\n,;#".utf8)
    return lexer.bytes[offset...].firstIndex { stops.contains($0) } ?? lexer.bytes.count
  }

  // MARK: Words

  /// The word that comes; `nil` for anything else.
  var word: String? {
    guard lexer.token.kind == .word else { return nil }
    return String(decoding: lexer.bytes[lexer.token.start..<lexer.token.end], as: UTF8.self)
  }
  mutating func advance() {
    lexer.advance()
    alternatives.removeAll(keepingCapacity: true)
  }
  mutating func forgetAlternatives() { alternatives.removeAll(keepingCapacity: true) }
  mutating func tried(_ what: String) { alternatives.append((what, false)) }

  private func startsWith(_ literal: String) -> Bool {
    guard lexer.token.kind == .word else { return false }
    var offset = lexer.token.start
    for byte in literal.utf8 {
      guard offset < lexer.token.end, lexer.bytes[offset] == byte else { return false }
      offset += 1
    }
    return true
  }
  mutating func accept(_ literal: String) -> Bool {
    if startsWith(literal), lexer.token.end - lexer.token.start == literal.utf8.count {
      advance()
      return true
    }
    alternatives.append((literal, true))
    return false
  }
  /// A word `label=...`: what is after the label, which the caller reads to its end.
  mutating func accept(label: String) -> WordReader? {
    guard startsWith(label) else {
      alternatives.append((label, true))
      return nil
    }
    let reader = WordReader(lexer.bytes, lexer.token.start + label.utf8.count..<lexer.token.end)
    advance()
    return reader
  }
  mutating func require(label: String) throws(ParseError) -> WordReader {
    guard let reader = accept(label: label) else { throw error() }
    return reader
  }
  /// Any word, which the caller reads to its end.
  mutating func require(word expected: String) throws(ParseError) -> WordReader {
    guard lexer.token.kind == .word else { throw error(expected) }
    let reader = WordReader(lexer.bytes, lexer.token.start..<lexer.token.end)
    advance()
    return reader
  }
  /// One of a few words.
  mutating func require<Value>(
    of values: [Value], _ keyword: (Value) -> String
  ) throws(ParseError) -> Value {
    for value in values where accept(keyword(value)) { return value }
    throw error()
  }

  // MARK: Parts of words

  func number(
    _ reader: inout WordReader, _ range: ClosedRange<Int64>, what: String = "a number"
  ) throws(ParseError) -> Int64 {
    let start = reader.offset
    switch reader.number(range) {
    case .value(let value): return value
    case .outOfRange:
      throw error("\(what) from \(range.lowerBound) to \(range.upperBound)", quote(start, reader.offset), at: start)
    case .none: throw error(what, quote(start, reader.end), at: start)
    }
  }
  func requireEnd(_ reader: WordReader) throws(ParseError) {
    if !reader.isAtEnd { throw error("the end of the word", quote(reader.offset, reader.end), at: reader.offset) }
  }
  func require(_ character: Unicode.Scalar, _ reader: inout WordReader) throws(ParseError) {
    if !reader.accept(character) {
      throw error("'\(Character(character))'", quote(reader.offset, reader.end), at: reader.offset)
    }
  }
  /// A number that is all that is left of the word.
  func lastNumber(
    _ reader: WordReader, _ range: ClosedRange<Int64>, what: String = "a number"
  ) throws(ParseError) -> Int64 {
    var reader = reader
    let value = try number(&reader, range, what: what)
    try requireEnd(reader)
    return value
  }

  // MARK: Names

  /// A name that nothing of its kind has yet.
  func newName<ID: Identifier>(
    _ table: NameTable<ID>, _ what: String, reserved: [String]
  ) throws(ParseError) -> String {
    guard let name = word else { throw error("a name for \(what)") }
    try requireLegal(name, reserved, lexer.token.start)
    if table[name] != nil { throw error("a new name for \(what)", "\(found), which is taken", at: lexer.token.start) }
    if table.isFull { throw error("at most \(ID.limit) of \(what)", "\(found), one more", at: lexer.token.start) }
    return name
  }
  func requireLegal(_ name: String, _ reserved: [String], _ offset: Int) throws(ParseError) {
    if !Names.isLegal(name) {
      throw error(
        "a name: a letter, then letters, digits, '_' or '-', at most \(Limits.nameLength) in all",
        quote(offset, offset + name.utf8.count), at: offset)
    }
    if reserved.contains(name) {
      throw error("a name without a meaning of its own", quote(offset, offset + name.utf8.count), at: offset)
    }
  }
  /// The file that the name stands for.
  func file(_ name: String, at offset: Int) throws(ParseError) -> FileID {
    guard let file = files[name] else {
      throw error("a file (\(files.list))", quote(offset, offset + name.utf8.count), at: offset)
    }
    return file
  }
  /// The slot that the name stands for: a new one at its first mention.
  mutating func slot(_ name: String, at offset: Int) throws(ParseError) -> SlotID {
    if let slot = slots[name] { return slot }
    try requireLegal(name, [], offset)
    let slot = slots.next
    if slots.isFull {
      throw error("at most \(SlotID.limit) slots", quote(offset, offset + name.utf8.count), at: offset)
    }
    slots.append(name)
    return slot
  }
  /// `SLOT+OFFSET` or `@PLACE+OFFSET`, up to the end of the word.
  mutating func address(_ reader: inout WordReader) throws(ParseError) -> Address {
    let start = reader.offset
    let name = reader.text(before: "+")
    let base: Address.Base
    var limit = Limits.windowBytes
    if name.hasPrefix("@") {
      guard let special = SpecialAddress.allCases.first(where: { "@" + $0.keyword == name }) else {
        let all = SpecialAddress.allCases.map { "@\($0.keyword)" }.joined(separator: ", ")
        throw error("one of \(all)", quote(start, reader.offset), at: start)
      }
      base = .special(special)
      limit = Limits.pageBytes
    } else {
      if name.isEmpty { throw error("an address", quote(start, reader.end), at: start) }
      if reader.isAtEnd {
        throw error("an address: a slot, '+' and an offset", quote(start, reader.end), at: start)
      }
      base = .slot(try slot(name, at: start))
    }
    try require("+", &reader)
    let offset = try number(&reader, 0...Int64(limit - 1), what: "an offset")
    try requireEnd(reader)
    return Address(base, offset: UInt32(offset))
  }
}
