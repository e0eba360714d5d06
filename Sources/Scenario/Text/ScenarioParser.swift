/// Reads the text form. Every way in which a text can fail to be a valid scenario is a `ParseError`; nothing traps.
public struct ScenarioParser {
  private var reader: TextReader
  private var population = Population()
  private var elements: [Scenario.Element] = []
  private var header: [String] = []
  private var schedules: [StoredSchedule] = []
  private var sawVersion = false
  /// The lanes of the race that is being read, and the population when it began.
  private var lanes: [Scenario.Lane]?
  private var populationAtRace = Population()
  private var pending: [PendingStated] = []
  private var lineEndOfText = 0

  /// A stated result that is checked when its element is complete: in a race it may name waiters of later lanes.
  private struct PendingStated {
    var position: OperationPosition
    var offset: Int
    var woken: [(name: String, offset: Int)]?
  }

  public static func parse(_ text: some Sequence<UInt8>, file: String) throws(ParseError) -> Scenario {
    try read(text, file: file).scenario
  }
  public static func parse(_ text: String, file: String) throws(ParseError) -> Scenario {
    try parse(text.utf8, file: file)
  }

  /// With the comment at the file's head.
  public static func read(_ text: some Sequence<UInt8>, file: String) throws(ParseError) -> ScenarioText {
    let bytes = Array(text.prefix(Limits.textBytes + 1))
    if bytes.count > Limits.textBytes {
      throw ParseError(
        [], at: 0, file: file, expected: "a text of at most \(Limits.textBytes) bytes", found: "more")
    }
    var parser = ScenarioParser(reader: TextReader(bytes, file: file))
    return try parser.parse()
  }

  private init(reader: TextReader) { self.reader = reader }

  private mutating func parse() throws(ParseError) -> ScenarioText {
    while reader.lexer.nextLine() {
      reader.forgetAlternatives()
      let isBlank = reader.lexer.token.kind == .lineEnd
      if !isBlank { try parseLine() }
      if isBlank, elements.isEmpty, lanes == nil, let comment = reader.lexer.comment {
        let text = String(decoding: reader.lexer.bytes[comment], as: UTF8.self)
        header.append(text.hasPrefix(" ") ? String(text.dropFirst()) : text)
      }
    }
    let end = reader.lexer.bytes.count
    if !sawVersion { throw reader.error("the version line 'keywake 1'", "the end of the text", at: end) }
    if lanes != nil { throw reader.error("'lane' or 'end'", "the end of the text", at: end) }
    return ScenarioText(scenario(), header: header, schedules: schedules)
  }

  private func scenario() -> Scenario {
    var names = Names()
    for (index, name) in reader.actors.names.enumerated() { names[ActorID(UInt8(index))] = name }
    for (index, name) in reader.files.names.enumerated() { names[FileID(UInt8(index))] = name }
    for (index, name) in reader.slots.names.enumerated() { names[SlotID(UInt8(index))] = name }
    for (index, name) in reader.waiters.names.enumerated() { names[WaiterID(UInt8(index))] = name }
    return Scenario(elements, names: names)
  }

  private mutating func parseLine() throws(ParseError) {
    if !sawVersion {
      guard reader.word == "keywake" else { throw reader.error("the version line 'keywake 1'") }
      reader.advance()
      let version = try reader.require(word: "a version")
      let start = version.offset
      if try reader.lastNumber(version, 0...Int64.max, what: "a version") != 1 {
        throw reader.error("version 1", reader.quote(start, version.end), at: start)
      }
      sawVersion = true
    } else if lanes != nil {
      try parseRaceLine()
    } else if reader.accept("race") {
      lanes = []
      populationAtRace = population
      population.beginRace([])
    } else if isSchedule {
      try parseSchedule()
    } else {
      let operation = try parseOperation(
        lane: nil, at: OperationPosition(element: elements.count))
      elements.append(.operation(operation))
      try settlePending()
    }
    guard reader.lexer.token.kind == .lineEnd else { throw reader.error("the end of the line") }
  }

  // MARK: Schedules

  /// Not among the words that an error lists: people do not write schedules.
  private var isSchedule: Bool { reader.word == "schedule" }

  private mutating func parseSchedule() throws(ParseError) {
    let offset = reader.lexer.token.start
    guard case .race = elements.last else {
      throw reader.error("a schedule right behind its race", "'schedule'", at: offset)
    }
    reader.advance()
    var words: [String] = []
    var offsets: [Int] = []
    while let word = reader.word {
      words.append(word)
      offsets.append(reader.lexer.token.start)
      reader.advance()
    }
    offsets.append(reader.lexer.token.start)
    let line = reader.lexer.bytes[..<offset].count { $0 == UInt8(ascii: "\n") } + 1
    do throws(StoredSchedule.Complaint) {
      schedules.append(try StoredSchedule(words: words, line: line, element: elements.count - 1))
    } catch {
      let start = offsets[min(error.word, offsets.count - 1)]
      let found = error.word < words.count ? reader.quote(start, reader.wordEnd(start)) : "the end of the line"
      throw reader.error(error.expected, found, at: start)
    }
  }

  // MARK: Races

  private mutating func parseRaceLine() throws(ParseError) {
    let offset = reader.lexer.token.start
    if reader.accept("end") {
      let lanes = lanes ?? []
      if let complaint = ScenarioCheck.complaints(about: lanes, populationAtRace).first {
        throw reader.error(complaint.expected, complaint.found, at: offset)
      }
      population.endRace()
      elements.append(.race(lanes))
      self.lanes = nil
      return try settlePending()
    }
    guard reader.accept("lane") else { throw reader.error() }
    let actor = try parseLaneHead()
    population.beginLane(actor)
    let number = lanes?.count ?? 0
    lanes?.append(Scenario.Lane(actor, []))
    if reader.lexer.token.kind == .lineEnd { return }
    while true {
      let index = lanes?[number].operations.count ?? 0
      let operation = try parseOperation(
        lane: actor, at: OperationPosition(element: elements.count, lane: number, index: index))
      lanes?[number].operations.append(operation)
      guard reader.lexer.token.kind == .semicolon else { break }
      reader.advance()
    }
    reader.tried("';'")
  }

  /// `NAME:`
  private mutating func parseLaneHead() throws(ParseError) -> ActorID {
    let start = reader.lexer.token.start
    let others = (lanes ?? []).map(\.actor)
    if others.count == Limits.lanes {
      throw reader.error("at most \(Limits.lanes) lanes", "one more", at: start)
    }
    var head = try reader.require(word: "an actor and ':'")
    let name = head.text(before: ":")
    guard let actor = reader.actors[name] else {
      throw reader.error("an actor (\(reader.actors.list))", reader.quote(start, head.offset), at: start)
    }
    try reader.require(":", &head)
    if !head.isAtEnd {
      throw reader.error("a space after ':'", reader.quote(head.offset, head.end), at: head.offset)
    }
    let complaint = ScenarioCheck.complaint(about: actor, at: others.count, after: others, populationAtRace)
    if let complaint { throw reader.error(complaint.expected, "'\(name)', \(complaint.found)", at: start) }
    if population.processEndedInRace(actor) {
      throw reader.error("an actor that no other lane ends", "'\(name)'", at: start)
    }
    return actor
  }

  // MARK: Operations

  private mutating func parseOperation(
    lane: ActorID?, at position: OperationPosition
  ) throws(ParseError) -> Operation {
    let start = reader.lexer.token.start
    reader.operandOffsets.removeAll(keepingCapacity: true)
    reader.wordOffsets.removeAll(keepingCapacity: true)
    var actor = lane
    let kind: OperationKind
    if let lane {
      kind = try parseKind(after: lane)
    } else if let word = reader.word, let known = OperationKind(keyword: word), known.hasNoActor {
      kind = known
      reader.advance()
    } else if let word = reader.word, let known = reader.actors[word] {
      reader.advance()
      actor = known
      kind = try parseKind(after: known)
    } else {
      throw reader.error("'process'", "'file'", "'keys'", "an actor (\(reader.actors.list))")
    }
    var operation = Operation(actor, .blank(kind))
    try operation.action.visitOperands(&reader)
    if let complaint = ScenarioCheck.complaints(about: operation, population, lane: lane).first {
      throw error(complaint, start)
    }
    population.perform(operation)
    if reader.accept("=>") { operation.stated = try parseStated(at: position) }
    return operation
  }

  private mutating func parseKind(after actor: ActorID) throws(ParseError) -> OperationKind {
    guard let word = reader.word, let kind = OperationKind(keyword: word), !kind.hasNoActor else {
      throw reader.error("an operation that an actor does (\(Self.actorsKinds))")
    }
    reader.advance()
    return kind
  }
  private static let actorsKinds =
    OperationKind.allCases.filter { !$0.hasNoActor }.map(\.keyword).joined(separator: ", ")

  /// The error at the word that a complaint is about.
  private func error(_ complaint: Complaint, _ start: Int) -> ParseError {
    var offset = start
    switch complaint.part {
    case .operand(let index) where index < reader.operandOffsets.count: offset = reader.operandOffsets[index]
    case .word(let index) where index < reader.wordOffsets.count: offset = reader.wordOffsets[index]
    default: break
    }
    let word = reader.quote(offset, reader.wordEnd(offset))
    return reader.error(complaint.expected, "\(word), \(complaint.found)", at: offset)
  }

  // MARK: Stated results

  private mutating func parseStated(at position: OperationPosition) throws(ParseError) -> Stated {
    let offset = reader.lexer.token.start
    let result = try reader.result()
    var woken: [(name: String, offset: Int)]?
    if reader.accept("wakes") {
      woken = []
      if !reader.accept("nobody") {
        repeat {
          guard let name = reader.word else { throw reader.error("a waiter (\(reader.waiters.list))") }
          if woken?.count == WaiterID.limit { throw reader.error("the end of the line") }
          woken?.append((name, reader.lexer.token.start))
          reader.advance()
          reader.tried("a further waiter")
        } while reader.word != nil
      }
    }
    pending.append(PendingStated(position: position, offset: offset, woken: woken))
    return Stated(result)
  }

  /// Puts in the waiters that are named, and checks what was stated in the element.
  private mutating func settlePending() throws(ParseError) {
    guard !pending.isEmpty, let element = elements.indices.last else { return }
    for stated in pending {
      var position = stated.position
      position.element = element
      let scenario = Scenario([elements[element]])
      var place = position
      place.element = 0
      var operation = scenario[place]
      if let names = stated.woken {
        var woken: [WaiterID] = []
        for (name, offset) in names {
          guard let waiter = reader.waiters[name] else {
            let found = reader.quote(offset, offset + name.utf8.count)
            throw reader.error("a waiter (\(reader.waiters.list))", found, at: offset)
          }
          if woken.contains(waiter) { throw reader.error("each waiter once", "'\(name)' again", at: offset) }
          woken.append(waiter)
        }
        operation.stated?.woken = woken.sorted()
      }
      let complaint = operation.stated?.complaint(of: operation.action, waiterCount: population.waiterCount)
      if let complaint { throw reader.error(complaint.expected, complaint.found, at: stated.offset) }
      var whole = scenario
      whole[place] = operation
      elements[element] = whole.elements[0]
    }
    pending.removeAll(keepingCapacity: true)
  }
}

extension TextReader {
  /// `RESULT` of a stated result.
  fileprivate mutating func result() throws(ParseError) -> OperationResult {
    if accept("waits") { return .waiting }
    for signal in MemorySignal.allCases where accept(signal.keyword) { return .signal(signal) }
    if accept("keys") { return .partition(try classes()) }
    if let code = try errorCode() { return .error(code) }
    tried("an error")
    var reader = try require(word: "a number")
    if case .none = WordReader(lexer.bytes, reader.offset..<reader.end).startsNumber {
      throw error(
        "a number, an error, 'waits', 'SIGSEGV', 'SIGBUS' or 'keys'", quote(reader.offset, reader.end),
        at: reader.offset)
    }
    let value = try number(&reader, Int64.min...Int64.max)
    try requireEnd(reader)
    return .value(value)
  }

  /// `keys 0 0 1 EFAULT`
  private mutating func classes() throws(ParseError) -> [KeyClass] {
    var classes: [KeyClass] = []
    repeat {
      if classes.count == Limits.words { throw error("at most \(Limits.words) classes", found, at: lexer.token.start) }
      if let code = try errorCode() {
        classes.append(.none(code))
      } else {
        let reader = try require(word: "a class or an error")
        classes.append(.key(UInt8(try lastNumber(reader, 0...Int64(Limits.words - 1), what: "a class or an error"))))
      }
      tried("a further class")
    } while word != nil && word != "wakes"
    return classes
  }

  private mutating func errorCode() throws(ParseError) -> ErrorCode? {
    guard let word else { return nil }
    if let named = ErrorCode.named.first(where: { $0.1 == word }) {
      advance()
      return named.0
    }
    guard word.hasPrefix("errno:"), let reader = accept(label: "errno:") else { return nil }
    return ErrorCode(rawValue: Int32(try lastNumber(reader, 1...4095, what: "an error number")))
  }
}

extension WordReader {
  /// The number that the word starts with, read from a copy.
  fileprivate var startsNumber: Number {
    var copy = self
    return copy.number(Int64.min...Int64.max)
  }
}
