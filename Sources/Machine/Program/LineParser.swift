/// Reads one statement from the words of a line.
struct LineParser {
  let file: String
  let line: Int
  let tokens: [Token]
  /// The variables declared so far, to tell them from globals and constants.
  let variables: Set<String>
  private var at = 0

  init(file: String, line: Int, tokens: [Token], variables: Set<String>) {
    self.file = file
    self.line = line
    self.tokens = tokens
    self.variables = variables
  }

  private var current: Token { tokens[min(at, tokens.count - 1)] }
  private func peek(_ offset: Int) -> Token { tokens[min(at + offset, tokens.count - 1)] }
  private func error(_ message: String, at token: Token? = nil) -> ProgramError {
    ProgramError(file: file, place: SourcePlace(line: line, column: (token ?? current).column), message: message)
  }
  private mutating func take(_ symbol: String) -> Bool {
    guard current.kind == .symbol, current.text == symbol else { return false }
    at += 1
    return true
  }
  private mutating func expect(_ symbol: String) throws(ProgramError) {
    guard take(symbol) else { throw error("expected \"\(symbol)\", found \"\(current.text)\"") }
  }
  private mutating func name(_ what: String) throws(ProgramError) -> String {
    guard current.kind == .name else { throw error("expected \(what), found \"\(current.text)\"") }
    defer { at += 1 }
    return current.text
  }

  mutating func whole() throws(ProgramError) -> Statement {
    let statement = try self.statement()
    _ = take(";")
    guard current.kind == .end else { throw error("expected the end of the line, found \"\(current.text)\"") }
    return statement
  }

  private mutating func statement() throws(ProgramError) -> Statement {
    if current.kind == .name {
      switch current.text {
      case "goto":
        at += 1
        return .goto(try name("a label"))
      case "return":
        at += 1
        return .return(try list())
      case "if": return try branch()
      case "atomic" where peek(1).text == ":":
        at += 2
        var statements: [Statement] = [try statement()]
        while take(";"), current.kind != .end {
          guard statements.count < 8 else { throw error("at most 8 statements in one step") }
          statements.append(try statement())
        }
        return .together(statements)
      default: break
      }
    }
    let first = try expression(1, 0)
    if take("=") { return try assignment([first]) }
    if current.text == "," {
      var targets = [first]
      while take(",") { targets.append(try expression(1, 0)) }
      try expect("=")
      return try assignment(targets)
    }
    for (symbol, binary) in [("|=", BinaryOperator.bitOr), ("+=", .add), ("-=", .subtract)] where take(symbol) {
      return .assign(first, .binary(binary, first, try expression(1, 0)))
    }
    guard case .call(let called, let arguments) = first else {
      throw error("expected a statement: an assignment, a call, if, goto or return")
    }
    if called == "WRITE_ONCE" {
      guard arguments.count == 2 else { throw error("WRITE_ONCE takes a place and a value") }
      return .assign(arguments[0], arguments[1])
    }
    return called.contains(".") ? .invoke(targets: [], program: called, arguments: arguments) : .perform(first)
  }

  private mutating func branch() throws(ProgramError) -> Statement {
    at += 1
    try expect("(")
    let condition = try expression(1, 0)
    try expect(")")
    if current.text == "return" {
      at += 1
      return .branchReturn(condition, try list())
    }
    guard current.text == "goto" else { throw error("expected \"goto\" or \"return\" after the condition") }
    at += 1
    return .branch(condition, target: try name("a label"))
  }

  private mutating func assignment(_ targets: [Expression]) throws(ProgramError) -> Statement {
    let token = current
    let value = try expression(1, 0)
    if case .call(let called, let arguments) = value, called.contains(".") {
      return .invoke(targets: targets, program: called, arguments: arguments)
    }
    guard targets.count == 1, let target = targets.first else {
      throw error("only a call of another program gives several values", at: token)
    }
    switch target {
    case .variable, .member, .field, .global: return .assign(target, value)
    default: throw error("this cannot be assigned to", at: tokens.first)
    }
  }

  private mutating func list() throws(ProgramError) -> [Expression] {
    if current.kind == .end || current.text == ";" { return [] }
    var result = [try expression(1, 0)]
    while take(",") { result.append(try expression(1, 0)) }
    return result
  }

  private mutating func expression(_ precedence: Int, _ depth: Int) throws(ProgramError) -> Expression {
    guard depth < ProgramLimits.depth else { throw error("the expression is too deep") }
    var left = try unary(depth + 1)
    while current.kind == .symbol, let binary = BinaryOperator(rawValue: current.text), binary.precedence >= precedence
    {
      at += 1
      left = .binary(binary, left, try expression(binary.precedence + 1, depth + 1))
    }
    return left
  }

  private mutating func unary(_ depth: Int) throws(ProgramError) -> Expression {
    guard depth < ProgramLimits.depth else { throw error("the expression is too deep") }
    if take("!") { return .not(try unary(depth + 1)) }
    if take("&") { return .place(try postfix(depth)) }
    if take("-") {
      let token = current
      let errorName = try name("the name of an error")
      guard let number = Constants.errorNumber(errorName) else { throw error("no such error number", at: token) }
      return .number(number | Layout.errorBit)
    }
    return try postfix(depth)
  }

  private mutating func postfix(_ depth: Int) throws(ProgramError) -> Expression {
    var value = try primary(depth)
    while take("->") {
      let field = try name("the name of a field")
      if case .variable("current") = value, field == "mm" {
        value = .currentMM
        continue
      }
      var index: Expression?
      if take("[") {
        index = try expression(1, depth + 1)
        try expect("]")
      }
      value = .field(value, field, index: index)
    }
    return value
  }

  private mutating func primary(_ depth: Int) throws(ProgramError) -> Expression {
    let token = current
    if take("(") {
      let value = try expression(1, depth + 1)
      try expect(")")
      return value
    }
    if token.kind == .number {
      at += 1
      guard let number = UInt8(token.text), number < 128 else { throw error("numbers go from 0 to 127", at: token) }
      return .number(number)
    }
    let word = try name("a value")
    if take("(") {
      var arguments: [Expression] = []
      if !take(")") {
        repeat { arguments.append(try expression(1, depth + 1)) } while take(",")
        try expect(")")
      }
      if word == "READ_ONCE" || word == "ACCESS_ONCE" || word == "rcu_dereference" || word == "likely"
        || word == "unlikely"
      {
        guard let only = arguments.first, arguments.count == 1 else {
          throw error("\(word) takes one value", at: token)
        }
        return only
      }
      if word == "PageSwapCache", let only = arguments.first, arguments.count == 1 {
        return .field(only, "swapcache", index: nil)
      }
      guard word.contains(".") || Primitive.byName[word] != nil else {
        throw error("no primitive is called \"\(word)\"", at: token)
      }
      return .call(word, arguments)
    }
    if take(".") {
      let memberToken = current
      guard let member = KeyMember.named(try name("ptr, pgoff or offset")) else {
        throw error("a key has ptr, pgoff and offset", at: memberToken)
      }
      return .member(word, member)
    }
    if word == "current" || variables.contains(word) || word == "GATE" { return .variable(word) }
    if let constant = Constants.value(word) { return .number(constant) }
    if Field.global(word) != nil { return .global(word) }
    throw error("\"\(word)\" is not declared", at: token)
  }
}
