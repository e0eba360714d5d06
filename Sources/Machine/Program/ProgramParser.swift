/// Reads program files.
public enum ProgramParser {
  /// The programs of one text.
  ///
  /// - Throws: ``ProgramError`` with file, line and column. Reading never traps, whatever the text.
  public static func programs(_ text: String, file: String) throws(ProgramError) -> [Program] {
    guard text.utf8.count <= ProgramLimits.textBytes else {
      throw ProgramError(
        file: file, place: SourcePlace(line: 1, column: 1),
        message: "the text has more than \(ProgramLimits.textBytes) bytes")
    }
    var reader = FileReader(file: file)
    var number = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      try reader.read(line.last == "\r" ? line.dropLast() : line, number: number)
    }
    guard reader.current == nil else { throw reader.error("the program has no \"end\"", 1) }
    return reader.programs
  }
}

/// The programs read so far, and the one being read.
private struct FileReader {
  let file: String
  var programs: [Program] = []
  var current: Program?
  private var citation = ""
  private var labels: [String] = []
  private var number = 0

  init(file: String) { self.file = file }

  func error(_ message: String, _ column: Int) -> ProgramError {
    ProgramError(file: file, place: SourcePlace(line: max(number, 1), column: column), message: message)
  }

  mutating func read(_ whole: Substring, number: Int) throws(ProgramError) {
    self.number = number
    var text = whole
    var remark: String?
    if let range = text.firstRange(of: "//") {
      remark = trimmed(text[range.upperBound...])
      text = text[..<range.lowerBound]
    }
    let content = trimmed(text)
    if content.isEmpty || content.hasPrefix("#") { return }
    let column = (text.prefix { $0 == " " || $0 == "\t" }).utf8.count + 1
    if content.hasPrefix("program ") { return try heading(text) }
    guard current != nil else { throw error("expected \"program NAME (...)\"", column) }
    if content == "end" { return try finish(column) }
    let word = String(content.prefix { $0 != " " && $0 != "\t" })
    let rest = trimmed(content.dropFirst(word.count)[...])
    switch word {
    case "title": current?.title = rest
    case "source":
      current?.source = rest
      citation = rest
    case "from": citation = rest
    case "keys": try keys(rest, column)
    case "claims":
      guard rest == "no-page-lock" else { throw error("expected \"no-page-lock\"", column + word.count + 1) }
      current?.claimsNoPageLock = true
    case "promises":
      for promise in rest.split(separator: " ") {
        guard let known = LookupPromises.named[String(promise)] else {
          throw error("expected \(LookupPromises.words.joined(separator: ", "))", column + word.count + 1)
        }
        current?.promises.insert(known)
      }
    case "with":
      let parts = rest.split(separator: "=").map { trimmed($0) }
      guard parts.count == 2 else { throw error("expected \"with ROLE = PROGRAM\"", column) }
      current?.companions[parts[0]] = parts[1]
    default: try line(text, content: content, column: column, remark: remark)
    }
  }

  private mutating func heading(_ text: Substring) throws(ProgramError) {
    guard current == nil else { throw error("the program before has no \"end\"", 1) }
    guard programs.count < ProgramLimits.programsInFile else { throw error("too many programs in one file", 1) }
    let tokens = try Lexer(file: file, line: number).tokens(text)
    guard tokens.count > 3, tokens[1].kind == .name, tokens[1].text.contains(".") else {
      throw error("expected the program's name, KIND.NAME with a known kind", tokens[min(1, tokens.count - 1)].column)
    }
    let name = tokens[1].text
    guard !programs.contains(where: { $0.name == name }) else {
      throw error("\(name) stands here twice", tokens[1].column)
    }
    var lists: [[String]] = [[], []]
    var which = 0
    for token in tokens[2...] {
      if token.text == "->" { which = 1 }
      guard token.kind == .name else { continue }
      lists[which].append(token.text)
    }
    guard lists[0].count <= 7, lists[1].count <= 4 else { throw error("at most 7 parameters and 4 results", 1) }
    current = Program(
      name: name, file: file, place: SourcePlace(line: number, column: tokens[1].column), title: "", source: "",
      keyForm: .pointer, keyHoldsReference: false, waiterHoldsReference: false, claimsNoPageLock: false,
      companions: [:], parameters: lists[0], results: lists[1],
      variables: lists[0].map { Program.Variable(name: $0, type: .int) }, lines: [])
    citation = ""
    labels = []
  }

  private mutating func keys(_ rest: String, _ column: Int) throws(ProgramError) {
    let words = rest.split(separator: " ")
    guard let first = words.first, let form = Program.KeyForm(rawValue: String(first)),
      words.count == 1 || words.count == 2 && ["referenced", "queued"].contains(words[1])
    else { throw error("expected \"keys pointer|sequence [referenced|queued]\"", column) }
    current?.keyForm = form
    current?.keyHoldsReference = words.last == "referenced"
    current?.waiterHoldsReference = words.count == 2
  }

  private mutating func line(_ text: Substring, content: String, column: Int, remark: String?) throws(ProgramError) {
    let tokens = try Lexer(file: file, line: number).tokens(text)
    if tokens.count == 3, tokens[0].kind == .name, tokens[1].text == ":" {
      guard current?.lines.contains(where: { $0.labels.contains(tokens[0].text) }) != true,
        !labels.contains(tokens[0].text)
      else { throw error("the label \"\(tokens[0].text)\" stands here twice", tokens[0].column) }
      labels.append(tokens[0].text)
      return
    }
    if try declaration(tokens) { return }
    guard let program = current, program.lines.count < ProgramLimits.lines else {
      throw error("a program has at most \(ProgramLimits.lines) lines", column)
    }
    var parser = LineParser(file: file, line: number, tokens: tokens, variables: Set(program.variables.map(\.name)))
    let statement = try parser.whole()
    current?.lines.append(
      ProgramLine(
        number: number, column: column, text: content, citation: remark ?? citation, statement: statement,
        labels: labels))
    labels = []
  }

  /// `struct page *page, *head`, `int err`, `union futex_key key`
  private mutating func declaration(_ tokens: [Token]) throws(ProgramError) -> Bool {
    let type: ValueType
    var names: ArraySlice<Token>
    switch (tokens[0].text, tokens.count > 1 ? tokens[1].text : "") {
    case ("struct", "page"): (type, names) = (.page, tokens[2...])
    case ("struct", "address_space"): (type, names) = (.mapping, tokens[2...])
    case ("struct", "inode"): (type, names) = (.inode, tokens[2...])
    case ("struct", "mm_struct"): (type, names) = (.mm, tokens[2...])
    case ("struct", "anon_vma"): (type, names) = (.anonVMA, tokens[2...])
    case ("struct", "task_struct"): (type, names) = (.task, tokens[2...])
    case ("union", "futex_key"): (type, names) = (.key, tokens[2...])
    case ("struct", _), ("union", _): throw error("no such type", tokens[1].column)
    case ("int", _): (type, names) = (.int, tokens[1...])
    case ("pte_t", _): (type, names) = (.pte, tokens[1...])
    case ("swp_entry_t", _): (type, names) = (.swapEntry, tokens[1...])
    default: return false
    }
    names.removeAll { $0.text == "*" || $0.text == "," || $0.text == ";" || $0.kind == .end }
    for token in names {
      guard token.kind == .name, Constants.value(token.text) == nil, Field.global(token.text) == nil,
        Primitive.byName[token.text] == nil, token.text != "current", token.text != "GATE"
      else { throw error("expected the name of a variable", token.column) }
      if let known = current?.variables.firstIndex(where: { $0.name == token.text }) {
        // A parameter is declared to state its type.
        guard known < current?.parameters.count ?? 0 else {
          throw error("\"\(token.text)\" is declared twice", token.column)
        }
        current?.variables[known].type = type
        continue
      }
      guard current?.variables.count ?? 0 < ProgramLimits.variables else {
        throw error("at most \(ProgramLimits.variables) variables", token.column)
      }
      current?.variables.append(Program.Variable(name: token.text, type: type))
    }
    return true
  }

  private mutating func finish(_ column: Int) throws(ProgramError) {
    guard let program = current else { return }
    guard labels.isEmpty else { throw error("the label \"\(labels[0])\" stands before no line", column) }
    guard !program.lines.isEmpty else { throw error("the program has no lines", column) }
    for result in program.results where program.variable(result) == nil {
      throw ProgramError(file: file, place: program.place, message: "the result \"\(result)\" is not declared")
    }
    programs.append(program)
    current = nil
  }

  private func trimmed(_ text: Substring) -> String {
    var text = text
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }
}
