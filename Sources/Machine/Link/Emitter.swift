/// Writes the code of one lane, program by program.
struct Emitter {
  let linker: Linker
  var code = LaneCode()
  private var operationIndex = 0

  init(linker: Linker) { self.linker = linker }

  /// One program put in place: its variables' registers and the lines that its labels stand for.
  struct Frame {
    var program: Program
    var registers: [String: UInt8]
    var next: UInt8
    var depth: Int
    var number: Int
    var labels: [String: Int] = [:]
    /// Jumps to be filled in: index of the instruction, label (`nil`: the end).
    var open: [(instruction: Int, label: String?, line: ProgramLine)] = []
  }

  mutating func operation(_ operation: LaneOperation, index: Int) throws(ProgramError) {
    operationIndex = index
    let program = try linker.program(operation.program, nil, in: nil)
    guard program.parameters.count == operation.arguments.count else {
      throw ProgramError(
        file: program.file, place: program.place,
        message: "\(program.name) takes \(program.parameters.count) arguments, not \(operation.arguments.count)")
    }
    try put(
      program, arguments: operation.arguments.map { .number($0) }, targets: [:], base: 0, depth: 0)
  }

  mutating func finish() {
    let origin = Origin(program: "", line: nil, depth: 0, operation: operationIndex, frame: 0)
    beginLine(origin, strict: false)
    code.instructions.append(.finish)
    endLine()
  }

  // MARK: Lines

  private mutating func beginLine(_ origin: Origin, strict: Bool) {
    code.lines.append(
      LinkedLine(
        first: code.instructions.count, end: 0, isLocal: true, isStrict: strict, live: SIMD8(), isLoopHead: false))
    code.origins.append(origin)
  }
  private mutating func endLine() {
    let last = code.lines.count - 1
    code.lines[last].end = code.instructions.count
    code.lines[last].isLocal = !code.instructions[code.lines[last].first...].contains { $0.isShared }
  }

  /// Puts a program's lines here.
  mutating func put(
    _ program: Program, arguments: [Operand], targets: [String: UInt8], base: UInt8, depth: Int
  ) throws(ProgramError) {
    guard depth <= ProgramLimits.callDepth else {
      throw ProgramError(file: program.file, place: program.place, message: "programs call each other too deeply")
    }
    var frame = Frame(program: program, registers: targets, next: base, depth: depth, number: code.frames.count)
    for variable in program.variables where frame.registers[variable.name] == nil {
      frame.registers[variable.name] = frame.next
      let width: UInt8 = variable.type == .key ? 3 : 1
      guard frame.next + width <= Layout.registers else {
        throw ProgramError(
          file: program.file, place: program.place,
          message: "more than \(Layout.registers) registers are needed where \(program.name) is called")
      }
      frame.next += width
    }
    code.frames.append(frame.registers)
    beginLine(origin(frame, nil), strict: false)
    for (name, argument) in zip(program.parameters, arguments) {
      guard let register = frame.registers[name] else { continue }
      if program.variable(name)?.type == .key, let from = argument.registerIndex {
        for offset in 0..<3 as Range<UInt8> {
          code.instructions.append(.move(register + offset, .register(from + offset)))
        }
      } else {
        code.instructions.append(.move(register, argument))
      }
    }
    if program.isDerivation {
      guard program.parameters.count >= 2, let address = frame.registers[program.parameters[0]],
        let mode = frame.registers[program.parameters[1]]
      else {
        throw ProgramError(
          file: program.file, place: program.place, message: "a derivation is (uaddr, rw) -> err, key")
      }
      code.instructions.append(.beginDerivation(address: .register(address), mode: .register(mode)))
    }
    if program.isReverseMap { code.instructions.append(.beginLookup(page: .register(try lookup(program, frame).page))) }
    endLine()
    for (index, line) in program.lines.enumerated() {
      for label in line.labels { frame.labels[label] = code.lines.count }
      try emit(line, index, &frame)
    }
    let end = code.lines.count
    for (instruction, label, line) in frame.open {
      let target: Int
      if let label {
        guard let known = frame.labels[label] else { throw error("no label \"\(label)\"", line, frame) }
        target = known
      } else {
        target = end
      }
      switch code.instructions[instruction] {
      case .jump: code.instructions[instruction] = .jump(UInt16(target))
      case .branch(let operand, _): code.instructions[instruction] = .branch(operand, UInt16(target))
      default: break
      }
    }
    beginLine(origin(frame, nil), strict: false)
    if program.isDerivation {
      guard let errorName = program.results.first, let error = frame.registers[errorName], program.results.count == 2,
        program.variable(program.results[1])?.type == .key, let key = frame.registers[program.results[1]]
      else {
        throw ProgramError(
          file: program.file, place: program.place, message: "a derivation is (uaddr, rw) -> err, key")
      }
      code.instructions.append(.endDerivation(error: error, key: key))
    }
    if program.isReverseMap {
      code.instructions.append(.endLookup(try lookup(program, frame).anonVMA, program.promises))
    } else if program.kind == "unlock" {
      code.instructions.append(.endWalk)
    }
    endLine()
    guard code.lines.count <= ProgramLimits.linkedLines else {
      throw ProgramError(
        file: program.file, place: program.place, message: "a lane has at most \(ProgramLimits.linkedLines) lines")
    }
  }

  /// The registers of a reverse-map lookup's page and of its result.
  private func lookup(_ program: Program, _ frame: Frame) throws(ProgramError) -> (page: UInt8, anonVMA: UInt8) {
    guard let page = program.parameters.first, let result = program.results.first, program.parameters.count == 1,
      program.results.count == 1, program.variable(page)?.type == .page, program.variable(result)?.type == .anonVMA,
      let from = frame.registers[page], let to = frame.registers[result]
    else {
      throw ProgramError(
        file: program.file, place: program.place, message: "a reverse-map lookup is (page) -> av: a page, an anon_vma")
    }
    return (from, to)
  }

  private func origin(_ frame: Frame, _ line: Int?) -> Origin {
    Origin(program: frame.program.name, line: line, depth: frame.depth, operation: operationIndex, frame: frame.number)
  }
  func error(_ message: String, _ line: ProgramLine, _ frame: Frame) -> ProgramError {
    ProgramError(
      file: frame.program.file, place: SourcePlace(line: line.number, column: line.column), message: message)
  }

  // MARK: Statements

  private mutating func emit(_ line: ProgramLine, _ index: Int, _ frame: inout Frame) throws(ProgramError) {
    if case .invoke(let targets, let name, let arguments) = line.statement {
      return try invoke(targets, name, arguments, line, index, &frame)
    }
    beginLine(origin(frame, index), strict: frame.program.isDerivation)
    var compiler = LineCompiler(line: line, frame: frame, gate: linker.gate)
    switch line.statement {
    case .together(let statements):
      for (position, statement) in statements.enumerated() {
        try simple(statement, &compiler, &frame, line, first: position == 0, last: position == statements.count - 1)
      }
    default:
      try simple(line.statement, &compiler, &frame, line, first: true, last: true)
      guard compiler.sharedAccesses <= 1 else {
        throw error(
          "a line is one atomic step and may touch shared memory once; split it, or write \"atomic:\"", line, frame)
      }
    }
    endLine()
  }

  private mutating func simple(
    _ statement: Statement, _ compiler: inout LineCompiler, _ frame: inout Frame, _ line: ProgramLine, first: Bool,
    last: Bool
  ) throws(ProgramError) {
    compiler.isFirst = first
    switch statement {
    case .assign(let target, let value): try compiler.assign(target, value)
    case .perform(let call):
      guard case .call = call else { throw error("expected a call", line, frame) }
      _ = try compiler.value(call, wanted: false)
    case .branch(let condition, let target):
      guard last else { throw error("a jump is the last thing of a step", line, frame) }
      let operand = try compiler.value(condition).operand
      flush(&compiler)
      frame.open.append((code.instructions.count, target, line))
      code.instructions.append(.branch(operand, 0))
    case .branchReturn(let condition, let values):
      // Results are set before the test: where the test fails they would be overwritten, so they must be numbers and
      // the jump goes round them.
      guard last else { throw error("a jump is the last thing of a step", line, frame) }
      let operand = try compiler.value(condition).operand
      flush(&compiler)
      let skip = code.instructions.count
      code.instructions.append(.branch(operand, 0))
      let after = code.instructions.count
      code.instructions.append(.jump(0))
      endLine()
      code.lines[code.lines.count - 1].isLocal =
        !code.instructions[code.lines[code.lines.count - 1].first...].contains { $0.isShared }
      beginLine(code.origins[code.origins.count - 1], strict: false)
      code.instructions[skip] = .branch(operand, UInt16(code.lines.count - 1))
      try giveBack(values, &compiler, &frame, line)
      code.instructions[after] = .jump(UInt16(code.lines.count))
    case .goto(let label):
      flush(&compiler)
      frame.open.append((code.instructions.count, label, line))
      code.instructions.append(.jump(0))
    case .return(let values):
      try giveBack(values, &compiler, &frame, line)
    case .invoke, .together: throw error("a call of a program is a line of its own", line, frame)
    }
    flush(&compiler)
  }

  private mutating func giveBack(
    _ values: [Expression], _ compiler: inout LineCompiler, _ frame: inout Frame, _ line: ProgramLine
  ) throws(ProgramError) {
    guard values.count <= frame.program.results.count else { throw error("too many results", line, frame) }
    for (name, value) in zip(frame.program.results, values) {
      if case .variable(name) = value { continue }
      try compiler.assign(.variable(name), value)
    }
    flush(&compiler)
    frame.open.append((code.instructions.count, nil, line))
    code.instructions.append(.jump(0))
  }

  private mutating func flush(_ compiler: inout LineCompiler) {
    code.instructions += compiler.instructions
    compiler.instructions = []
  }

  private mutating func invoke(
    _ targets: [Expression], _ name: String, _ arguments: [Expression], _ line: ProgramLine, _ index: Int,
    _ frame: inout Frame
  ) throws(ProgramError) {
    let program = try linker.program(name, line, in: frame.program)
    guard arguments.count == program.parameters.count else {
      throw error("\(program.name) takes \(program.parameters.count) arguments", line, frame)
    }
    guard targets.count <= program.results.count else {
      throw error("\(program.name) gives \(program.results.count) values", line, frame)
    }
    var aliases: [String: UInt8] = [:]
    for (result, target) in zip(program.results, targets) {
      guard case .variable(let variable) = target, let register = frame.registers[variable],
        let type = frame.program.variable(variable)?.type
      else { throw error("results go to variables", line, frame) }
      guard program.variable(result)?.type == type else {
        throw error("\(variable) has another type than \(program.name)'s \(result)", line, frame)
      }
      aliases[result] = register
    }
    beginLine(origin(frame, index), strict: false)
    var compiler = LineCompiler(line: line, frame: frame, gate: linker.gate)
    var operands: [Operand] = []
    for (parameter, argument) in zip(program.parameters, arguments) {
      let value = try compiler.value(argument)
      guard let wanted = program.variable(parameter)?.type, value.fits(wanted) else {
        throw error("\(parameter) of \(program.name) has another type", line, frame)
      }
      operands.append(value.operand)
    }
    guard compiler.sharedAccesses == 0 else {
      throw error("what is passed to a program must be known: read it in a line before", line, frame)
    }
    flush(&compiler)
    // Scratch does not outlive a line: computed arguments go on in registers above the frame's own.
    var base = frame.next
    for (position, operand) in operands.enumerated() {
      guard let register = operand.registerIndex, register >= 64 else { continue }
      guard base < Layout.registers else { throw error("too many registers", line, frame) }
      code.instructions.append(.move(base, operand))
      operands[position] = .register(base)
      base += 1
    }
    endLine()
    try put(program, arguments: operands, targets: aliases, base: base, depth: frame.depth + 1)
  }
}
