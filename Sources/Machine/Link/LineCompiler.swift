/// Compiles the expressions of one line, counting how often it touches shared memory.
struct LineCompiler {
  let line: ProgramLine
  let frame: Emitter.Frame
  let gate: Bool
  var instructions: [Instruction] = []
  var sharedAccesses = 0
  /// The first statement of its step: only this one may block.
  var isFirst = true
  private var scratch: UInt8 = 64

  init(line: ProgramLine, frame: Emitter.Frame, gate: Bool) {
    self.line = line
    self.frame = frame
    self.gate = gate
  }

  struct Value {
    var operand: Operand
    var type: ValueType
    /// A number, which goes with every type.
    var isNumber: Bool
    func fits(_ wanted: ValueType) -> Bool { isNumber || type == wanted || (wanted == .mapping && type == .mapping) }
  }

  private func error(_ message: String) -> ProgramError {
    ProgramError(
      file: frame.program.file, place: SourcePlace(line: line.number, column: line.column), message: message)
  }
  private mutating func fresh() throws(ProgramError) -> UInt8 {
    guard scratch < 95 else { throw error("the line is too long") }
    defer { scratch += 1 }
    return scratch
  }

  mutating func assign(_ target: Expression, _ value: Expression) throws(ProgramError) {
    switch target {
    case .variable(let name):
      guard let register = frame.registers[name], let type = frame.program.variable(name)?.type else {
        throw error("\"\(name)\" cannot be assigned to")
      }
      let value = try self.value(value)
      guard value.fits(type) else { throw error("\(name) is a \(type.keyword), the value a \(value.type.keyword)") }
      if type == .key {
        guard let from = value.operand.registerIndex else { throw error("a key is no number") }
        for offset in 0..<3 as Range<UInt8> {
          instructions.append(.move(register + offset, .register(from + offset)))
        }
      } else {
        instructions.append(.move(register, value.operand))
      }
    case .member(let name, let member):
      guard let register = frame.registers[name], frame.program.variable(name)?.type == .key else {
        throw error("\"\(name)\" is no key")
      }
      let value = try self.value(value)
      instructions.append(.move(register + member.rawValue, value.operand))
    case .field, .global:
      let place = try self.place(target)
      guard place.field.role == .plain || place.field.role == .count else {
        throw error("\"\(place.field.name)\" is changed by primitives only")
      }
      let value = try self.value(value)
      guard value.fits(place.field.type) else { throw error("\(place.field.name) is a \(place.field.type.keyword)") }
      sharedAccesses += 1
      instructions.append(
        .store(
          place.field.object, base: place.base, offset: UInt8(place.field.offset), index: place.index,
          count: UInt8(place.field.count), value: value.operand))
    default: throw error("this cannot be assigned to")
    }
  }

  struct Place {
    var field: Field
    var base: Operand
    var index: Operand
  }

  mutating func place(_ expression: Expression) throws(ProgramError) -> Place {
    switch expression {
    case .global(let name):
      guard let field = Field.global(name) else { throw error("no such global") }
      return Place(field: field, base: .zero, index: .zero)
    case .field(let base, let name, let index):
      let object = try value(base)
      guard let field = Field.named(name, of: object.type), !object.isNumber else {
        throw error("a \(object.type.keyword) has no field \"\(name)\"")
      }
      guard (field.count > 1) == (index != nil) else {
        throw error(field.count > 1 ? "\"\(name)\" needs an index" : "\"\(name)\" is no array")
      }
      var at = Operand.zero
      if let index { at = try value(index).operand }
      return Place(field: field, base: object.operand, index: at)
    default: throw error("expected a field or a global")
    }
  }

  mutating func value(_ expression: Expression, wanted: Bool = true) throws(ProgramError) -> Value {
    switch expression {
    case .number(let number): return Value(operand: .number(number), type: .int, isNumber: true)
    case .variable("GATE"): return Value(operand: .number(gate ? 1 : 0), type: .int, isNumber: true)
    case .variable(let name):
      guard let register = frame.registers[name], let type = frame.program.variable(name)?.type else {
        throw error("\"\(name)\" is not declared")
      }
      return Value(operand: .register(register), type: type, isNumber: false)
    case .member(let name, let member):
      guard let register = frame.registers[name], frame.program.variable(name)?.type == .key else {
        throw error("\"\(name)\" is no key")
      }
      // The pointer of a key is compared and stored as it is; its meaning depends on the kind of key.
      return Value(operand: .register(register + member.rawValue), type: .int, isNumber: true)
    case .currentMM:
      let to = try fresh()
      instructions.append(.currentMM(to))
      return Value(operand: .register(to), type: .mm, isNumber: false)
    case .global, .field:
      let place = try self.place(expression)
      let to = try fresh()
      sharedAccesses += 1
      instructions.append(
        .load(
          to, place.field.object, base: place.base, offset: UInt8(place.field.offset), index: place.index,
          count: UInt8(place.field.count)))
      return Value(operand: .register(to), type: place.field.type, isNumber: false)
    case .not(let inner):
      let inner = try value(inner)
      let to = try fresh()
      instructions.append(.not(to, inner.operand))
      return Value(operand: .register(to), type: .int, isNumber: false)
    case .binary(let binary, let left, let right): return try self.binary(binary, left, right)
    case .place: throw error("an address is passed to primitives only")
    case .call(let name, let arguments): return try call(name, arguments, wanted: wanted)
    }
  }

  private mutating func binary(
    _ binary: BinaryOperator, _ left: Expression, _ right: Expression
  ) throws(ProgramError) -> Value {
    let left = try value(left)
    let right = try value(right)
    let to = try fresh()
    var mask: UInt8 = 0xff
    var type = ValueType.int
    switch binary {
    case .equal, .notEqual:
      guard left.isNumber || right.isNumber || left.type == right.type else {
        throw error("a \(left.type.keyword) is compared with a \(right.type.keyword)")
      }
      mask = (left.isNumber ? right.type : left.type).comparedBits
    case .or, .and: break
    default:
      guard !left.type.isPointer, !right.type.isPointer else { throw error("pointers have no arithmetic") }
      type = left.isNumber ? right.type : left.type
      if type == .pte { type = .pte }
    }
    instructions.append(.binary(binary, to, left.operand, right.operand, mask: mask))
    return Value(operand: .register(to), type: type, isNumber: false)
  }

  private mutating func call(_ name: String, _ arguments: [Expression], wanted: Bool) throws(ProgramError) -> Value {
    guard let primitive = Primitive.byName[name] else { throw error("a program is called in a line of its own") }
    let signature = primitive.signature
    guard arguments.count == signature.parameters.count else {
      throw error("\(name) takes \(signature.parameters.count) arguments")
    }
    guard !wanted || signature.result != nil else { throw error("\(name) gives no value") }
    guard !primitive.blocks || isFirst else { throw error("only the first thing of a step may block") }
    var places: [Place] = []
    var operands: [Operand] = []
    for (parameter, argument) in zip(signature.parameters, arguments) {
      switch parameter {
      case .place:
        guard case .place(let inner) = argument else { throw error("\(name) takes an address, &object->field") }
        let place = try self.place(inner)
        let isLock = primitive.isLocking || (primitive == .atomicDecAndLock && places.count == 1)
        guard (place.field.role == .lock) == isLock, place.field.role != .constant, place.field.count == 1 else {
          throw error("\"\(place.field.name)\" is not what \(name) works on")
        }
        places.append(place)
      case .value(let type):
        let value = try self.value(argument)
        guard value.fits(type) || primitive == .compareExchange || places.first?.field.type == value.type else {
          throw error("\(name) wants a \(type.keyword), not a \(value.type.keyword)")
        }
        if type == .key, value.operand.registerIndex == nil || value.isNumber { throw error("\(name) wants a key") }
        operands.append(value.operand)
      }
    }
    if primitive.isShared { sharedAccesses += 1 }
    let to = try fresh()
    let a = operands.first ?? .zero
    let b = operands.count > 1 ? operands[1] : .zero
    let c = operands.count > 2 ? operands[2] : .zero
    if let place = places.first {
      instructions.append(
        .atomic(primitive, to, place.field.object, base: place.base, offset: UInt8(place.field.offset), a, b))
    } else {
      instructions.append(.primitive(primitive, to, a, b, c))
    }
    let type = primitive == .compareExchange || primitive == .loadAcquire ? places.first?.field.type : signature.result
    return Value(operand: .register(to), type: type ?? .int, isNumber: false)
  }
}
