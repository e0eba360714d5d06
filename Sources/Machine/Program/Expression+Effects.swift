/// What an expression touches, for telling mutants that change nothing.
extension Expression {
  /// Variables, and parts of keys as `key.0`.
  var names: Set<String> {
    switch self {
    case .number, .currentMM, .global: []
    case .variable(let name): [name]
    case .member(let name, let member): [name, "\(name).\(member.rawValue)"]
    case .field(let base, _, let index): base.names.union(index?.names ?? [])
    case .not(let inner), .place(let inner): inner.names
    case .binary(_, let left, let right): left.names.union(right.names)
    case .call(_, let arguments): arguments.reduce(into: []) { $0.formUnion($1.names) }
    }
  }
  /// A register of the program, not memory.
  var isRegister: Bool {
    switch self {
    case .variable: true
    case .member: true
    default: false
    }
  }
  var touchesShared: Bool {
    switch self {
    case .number, .currentMM, .variable, .member: false
    case .global, .field, .place: true
    case .not(let inner): inner.touchesShared
    case .binary(_, let left, let right): left.touchesShared || right.touchesShared
    case .call(let name, let arguments):
      Primitive.byName[name]?.isShared != false || arguments.contains { $0.touchesShared }
    }
  }
  /// Changes nothing.
  var isReading: Bool {
    switch self {
    case .call(let name, let arguments):
      ["compound_head", "PageAnon", "basepage_index", "page_to_pgoff", "next_vma", "get_user"].contains(name)
        || (Primitive.byName[name].map { !$0.isShared && !$0.blocks } ?? false) && arguments.allSatisfy { $0.isReading }
    case .not(let inner): inner.isReading
    case .binary(_, let left, let right): left.isReading && right.isReading
    default: true
    }
  }
}

extension Statement {
  /// Touches shared memory, so that it is a step of its own.
  var isStep: Bool {
    switch self {
    case .assign(let target, let value): !target.isRegister || value.touchesShared
    case .perform(.call(let name, let arguments)):
      (Primitive.byName[name].map { $0.isShared || $0.blocks } ?? false) || arguments.contains { $0.touchesShared }
    case .branch(let condition, _), .branchReturn(let condition, _): condition.touchesShared
    case .together(let statements): statements.contains { $0.isStep }
    case .perform, .invoke, .goto, .return: false
    }
  }
}

extension ProgramLine {
  /// Touches shared memory, so that it is a step of its own.
  public var isStep: Bool { statement.isStep }
}

extension Statement {
  /// The primitives of the line, outermost first.
  var primitives: [Primitive] {
    switch self {
    case .assign(_, let value), .perform(let value): value.primitives
    case .branch(let condition, _), .branchReturn(let condition, _): condition.primitives
    case .together(let parts): parts.flatMap(\.primitives)
    case .invoke, .goto, .return: []
    }
  }
}
extension Expression {
  fileprivate var primitives: [Primitive] {
    switch self {
    case .call(let name, let arguments): (Primitive.byName[name].map { [$0] } ?? []) + arguments.flatMap(\.primitives)
    case .not(let inner), .place(let inner): inner.primitives
    case .binary(_, let left, let right): left.primitives + right.primitives
    default: []
    }
  }
}
