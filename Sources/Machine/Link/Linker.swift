/// Turns the operations of a lane into code: every called program is put in place of its call, registers are given out.
public struct Linker {
  /// Programs by name.
  public let programs: [String: Program]
  /// What `derive.variant` stands for.
  public let variant: String
  /// What `rmap.variant` stands for.
  public let rmap: String
  /// Whether page-out looks at the reference count first.
  public let gate: Bool
  public let memory: MemoryModel
  /// What `wake.variant` stands for; `nil`: what went with the version of the derivation.
  public let wake: String?

  /// The reverse-map lookup of today.
  public static let currentReverseMap = "rmap.current"
  /// The wake of today.
  public static let currentWake = "wake.5.7"

  public init(
    programs: [String: Program], variant: String, rmap: String = Linker.currentReverseMap, gate: Bool = true,
    memory: MemoryModel = .sc, wake: String? = nil
  ) {
    self.programs = programs
    self.variant = variant
    self.rmap = rmap
    self.gate = gate
    self.memory = memory
    self.wake = wake
  }

  /// - Throws: ``ProgramError`` when a program is missing, has wrong types, or grows beyond a bound.
  public func code(_ operations: [LaneOperation]) throws(ProgramError) -> LaneCode {
    var emitter = Emitter(linker: self)
    for (index, operation) in operations.enumerated() {
      try emitter.operation(operation, index: index)
    }
    emitter.finish()
    var code = emitter.code
    code.operations = operations.map(\.text)
    if memory != .sc { order(&code) }
    try Liveness.mark(&code)
    for (index, line) in code.lines.enumerated() {
      code.lines[index].concernsOthers = code.instructions[line.first..<line.end].contains(where: \.concernsOthers)
    }
    return code
  }

  /// What goes with a reverse-map lookup, and what it is unless its heading says otherwise.
  private static let reverseMapRoles = [
    "unlock": "unlock.read", "join": "join.root", "put": "put.locked", "before": "before.none", "after": "after.none",
  ]

  /// Whether a program is a lookup or an era of waking, one of its companions, or common to all of its kind.
  public static func goes(_ name: String, with program: Program) -> Bool {
    if name == program.name || program.companions.values.contains(name) { return true }
    let role = Program.kind(name)
    if program.isReverseMap { return program.companions[role] == nil && reverseMapRoles[role] == name }
    guard program.isWake else { return false }
    if ["wait.unqueue-me", "sched.schedule", "sched.wake-up"].contains(name) { return true }
    return role == "refs" && program.companions[role] == nil && name == "refs.none"
  }

  func program(_ name: String, _ line: ProgramLine?, in caller: Program?) throws(ProgramError) -> Program {
    var wanted = name
    if name == "derive.variant" {
      wanted = variant
    } else if name == "rmap.variant" {
      wanted = rmap
    } else if name.hasSuffix(".variant") {
      let role = Program.kind(name)
      // How threads wait and wake is one program with its companions; a derivation names what it went with.
      let protocolName = wake ?? programs[variant]?.companions["wake"] ?? Self.currentWake
      if role == "wake" { return try self.program(protocolName, line, in: caller) }
      if role == "wait" || role == "refs" {
        let companion = programs[protocolName]?.companions[role] ?? "\(role).none"
        return try self.program(companion, line, in: caller)
      }
      if let usual = Self.reverseMapRoles[role] {
        return try self.program(programs[rmap]?.companions[role] ?? usual, line, in: caller)
      }
      wanted = programs[variant]?.companions[role] ?? "\(role).none"
    }
    guard let program = programs[wanted] else {
      throw ProgramError(
        file: caller?.file ?? "", place: SourcePlace(line: line?.number ?? 1, column: line?.column ?? 1),
        message: "no program is called \(wanted)")
    }
    return program
  }
}

/// One operation of a lane: a program with its arguments.
public struct LaneOperation: Sendable, Hashable {
  public var program: String
  public var arguments: [UInt8]
  private var written: String?
  /// How the author wrote it, or else what it calls.
  public var text: String {
    written ?? "\(program)(\(arguments.map(String.init).joined(separator: ", ")))"
  }
  public init(_ program: String, _ arguments: [UInt8], text: String? = nil) {
    self.program = program
    self.arguments = arguments
    written = text
  }
}
