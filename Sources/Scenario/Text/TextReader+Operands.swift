/// Reads each operand from the words that come.
extension TextReader: OperandVisitor {
  typealias Failure = ParseError

  private mutating func mark() { operandOffsets.append(lexer.token.start) }

  // MARK: Identifiers

  mutating func newActor(_ actor: inout ActorID) throws(ParseError) {
    mark()
    let name = try newName(actors, "an actor", reserved: Names.reservedActors)
    actor = actors.next
    actors.append(name)
    advance()
  }
  mutating func newFile(_ file: inout FileID) throws(ParseError) {
    mark()
    let name = try newName(files, "a file", reserved: Names.reservedFiles)
    file = files.next
    files.append(name)
    advance()
  }
  mutating func newWaiter(_ waiter: inout WaiterID) throws(ParseError) {
    guard accept("->") else { throw error() }
    mark()
    let name = try newName(waiters, "a waiter", reserved: Names.reservedWaiters)
    waiter = waiters.next
    waiters.append(name)
    advance()
  }
  mutating func waiter(_ waiter: inout WaiterID) throws(ParseError) {
    mark()
    guard let name = word, let known = waiters[name] else { throw error("a waiter (\(waiters.list))") }
    waiter = known
    advance()
  }
  mutating func file(_ file: inout FileID, _ use: FileUse) throws(ParseError) {
    mark()
    guard let name = word, let known = files[name] else { throw error("a file (\(files.list))") }
    file = known
    advance()
  }
  mutating func fileOrSystem(_ file: inout FileID?) throws(ParseError) {
    if accept("system") {
      operandOffsets.append(0)
      file = nil
    } else {
      var known = FileID(0)
      try self.file(&known, .descriptor)
      file = known
    }
  }
  mutating func slot(_ slot: inout SlotID) throws(ParseError) {
    mark()
    guard let name = word else { throw error("a slot") }
    slot = try self.slot(name, at: lexer.token.start)
    advance()
  }

  // MARK: Pages and mappings

  mutating func fileKind(_ kind: inout FileKind) throws(ParseError) {
    mark()
    kind = try require(of: FileKind.allCases, \.keyword)
  }
  mutating func pageCount(_ pages: inout UInt8, atLeast least: UInt8) throws(ParseError) {
    mark()
    let reader = try require(label: "pages=")
    pages = UInt8(try lastNumber(reader, Int64(least)...Int64(Limits.pages), what: "a number of pages"))
  }
  mutating func filePages(_ pages: inout PageRange) throws(ParseError) {
    mark()
    let reader = try require(label: "pages=")
    pages = try range(reader)
  }
  mutating func windowPages(_ pages: inout PageRange) throws(ParseError) {
    mark()
    pages = .all
    if let reader = accept(label: "pages=") { pages = try range(reader) }
  }
  private func range(_ reader: WordReader) throws(ParseError) -> PageRange {
    var reader = reader
    let last = Int64(Limits.pages - 1)
    let first = try number(&reader, 0...last, what: "a page")
    guard reader.accept("."), reader.accept(".") else {
      throw error("'..' and the last page", quote(reader.offset, reader.end), at: reader.offset)
    }
    return PageRange(UInt8(first), UInt8(try lastNumber(reader, first...last, what: "a page")))
  }
  mutating func source(_ source: inout MapSource) throws(ParseError) {
    mark()
    if accept("anonymous") {
      let reader = try require(label: "pages=")
      source = .anonymous(
        pages: UInt8(try lastNumber(reader, 1...Int64(Limits.pages), what: "a number of pages")))
    } else {
      guard let name = word, let file = files[name] else { throw error("a file (\(files.list))") }
      advance()
      let reader = try require(label: "pages=")
      source = .file(file, try range(reader))
    }
  }
  mutating func sharing(_ sharing: inout Sharing) throws(ParseError) {
    mark()
    sharing = try require(of: Sharing.allCases, \.keyword)
  }
  mutating func protection(_ protection: inout Protection) throws(ParseError) {
    mark()
    protection = try require(of: Protection.allCases, \.keyword)
  }
  mutating func options(_ options: inout MapOptions) throws(ParseError) {
    mark()
    options = []
    for (option, keyword) in MapOptions.keywords where accept(keyword) { options.insert(option) }
  }
  mutating func duplicate(_ duplicate: inout Bool) throws(ParseError) {
    mark()
    duplicate = accept("duplicate")
  }

  // MARK: Words

  mutating func address(_ address: inout Address, _ use: AddressUse) throws(ParseError) {
    mark()
    var reader = try require(word: "an address")
    address = try self.address(&reader)
  }
  mutating func value(_ value: inout UInt32, _ label: StaticString?) throws(ParseError) {
    mark()
    let reader: WordReader
    if let label { reader = try require(label: "\(label)=") } else { reader = try require(word: "a value") }
    value = UInt32(try lastNumber(reader, 0...Int64(UInt32.max), what: "a value"))
  }
  mutating func count(_ count: inout Int32, _ label: StaticString) throws(ParseError) {
    mark()
    let reader = try require(label: "\(label)=")
    count = Int32(try lastNumber(reader, Int64(Int32.min)...Int64(Int32.max)))
  }
  mutating func bitset(_ bitset: inout UInt32) throws(ParseError) {
    mark()
    bitset = .max
    if let reader = accept(label: "bitset=") {
      bitset = UInt32(try lastNumber(reader, 0...Int64(UInt32.max), what: "a bitset"))
    }
  }
  mutating func timeout(_ timeout: inout Timeout) throws(ParseError) {
    mark()
    timeout = .none
    guard var reader = accept(label: "timeout=") else { return }
    let start = reader.offset
    let name = reader.text(before: " ")
    guard let known = Timeout.allCases.first(where: { $0.keyword == name }) else {
      let all = Timeout.allCases.map(\.keyword).joined(separator: ", ")
      throw error("one of \(all)", quote(start, reader.end), at: start)
    }
    timeout = known
  }
  mutating func mode(_ mode: inout FutexMode, _ rule: ModeRule) throws(ParseError) {
    mark()
    mode = FutexMode(isPrivate: accept("private"))
    if rule == .legacy { return }
    if accept("futex2") || rule == .futex2 { mode.interface = .futex2 }
    if mode.interface == .legacy { return }
    if var reader = accept(label: "size=") {
      let start = reader.offset
      let name = reader.text(before: " ")
      guard let size = FutexMode.WordSize.allCases.first(where: { $0.keyword == name }) else {
        throw error("u8, u16, u32 or u64", quote(start, reader.end), at: start)
      }
      mode.size = size
    }
    mode.numa = accept("numa")
    mode.mpol = accept("mpol")
  }
  mutating func wakeOperation(_ operation: inout WakeOperation) throws(ParseError) {
    mark()
    let (modifier, operand) = try pair("op=", WakeOperation.Modifier.allCases.map { ($0.keyword, $0) })
    let (comparison, comparand) = try pair("cmp=", WakeOperation.Comparison.allCases.map { ($0.keyword, $0) })
    operation = WakeOperation(modifier, operand, comparison, comparand)
  }
  private mutating func pair<Value>(
    _ label: String, _ choices: [(String, Value)]
  ) throws(ParseError) -> (Value, Int16) {
    var reader = try require(label: label)
    let start = reader.offset
    let name = reader.text(before: ":")
    guard let choice = choices.first(where: { $0.0 == name }) else {
      let all = choices.map(\.0).joined(separator: ", ")
      throw error("one of \(all)", quote(start, reader.offset), at: start)
    }
    try require(":", &reader)
    return (choice.1, Int16(try lastNumber(reader, -2048...2047)))
  }
  mutating func waitWords(_ words: inout [WaitWord]) throws(ParseError) {
    mark()
    words = []
    repeat {
      if words.count == Limits.words { throw error("at most \(Limits.words) words", found, at: lexer.token.start) }
      if !words.isEmpty { advance() }
      wordOffsets.append(lexer.token.start)
      var reader = try require(word: "an address")
      let address = try self.address(&reader)
      let value = UInt32(try lastNumber(try require(label: "value="), 0...Int64(UInt32.max), what: "a value"))
      let marks = operandOffsets
      var mode = FutexMode()
      try self.mode(&mode, .futex2)
      operandOffsets = marks
      words.append(WaitWord(address, value: value, mode: mode))
      tried("','")
    } while lexer.token.kind == .comma
  }
  mutating func keyWords(_ words: inout [ActorAddress]) throws(ParseError) {
    mark()
    words = []
    repeat {
      if words.count == Limits.words { throw error("at most \(Limits.words) words", found, at: lexer.token.start) }
      wordOffsets.append(lexer.token.start)
      var reader = try require(word: "a word: an actor, '.' and an address")
      let start = reader.offset
      let name = reader.text(before: ".")
      guard let actor = actors[name] else {
        throw error("an actor (\(actors.list))", quote(start, reader.offset), at: start)
      }
      try require(".", &reader)
      words.append(ActorAddress(actor, try self.address(&reader)))
      tried("a further word")
    } while word?.contains(".") ?? false
  }
  mutating func isPrivate(_ isPrivate: inout Bool) throws(ParseError) {
    mark()
    isPrivate = accept("private")
  }
  mutating func hashSlots(_ slots: inout UInt8) throws(ParseError) {
    mark()
    slots = UInt8(try lastNumber(try require(word: "a number of slots"), 0...255, what: "a number of slots"))
  }
}
