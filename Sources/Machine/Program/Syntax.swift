/// An expression of a program's line.
indirect enum Expression: Sendable, Hashable {
  case number(UInt8)
  case variable(String)
  /// `key.pgoff`
  case member(String, KeyMember)
  /// `current->mm`
  case currentMM
  /// A global, `i_seq`.
  case global(String)
  /// `base->field` or `base->field[index]`
  case field(Expression, String, index: Expression?)
  case not(Expression)
  case binary(BinaryOperator, Expression, Expression)
  case call(String, [Expression])
  /// `&base->field`
  case place(Expression)
}

enum KeyMember: UInt8, Sendable, Hashable {
  case pointer = 0
  case index = 1
  case offset = 2
  static func named(_ name: String) -> KeyMember? {
    switch name {
    case "ptr": .pointer
    case "pgoff": .index
    case "offset": .offset
    default: nil
    }
  }
}

enum BinaryOperator: String, Sendable, Hashable {
  case or = "||"
  case and = "&&"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case add = "+"
  case subtract = "-"
  case bitOr = "|"
  case bitAnd = "&"

  var precedence: Int {
    switch self {
    case .or: 1
    case .and: 2
    case .bitOr: 3
    case .bitAnd: 4
    case .equal, .notEqual: 5
    case .less, .lessOrEqual, .greater, .greaterOrEqual: 6
    case .add, .subtract: 7
    }
  }
}

/// What one line does, atomically.
indirect enum Statement: Sendable, Hashable {
  case assign(Expression, Expression)
  /// `err, page = gup.fast(mm, uaddr, 1)`: another program's lines, with its own steps.
  case invoke(targets: [Expression], program: String, arguments: [Expression])
  case perform(Expression)
  case branch(Expression, target: String)
  case branchReturn(Expression, [Expression])
  case goto(String)
  case `return`([Expression])
  /// `atomic: a; b; c`
  case together([Statement])
}

/// A place in a text.
public struct SourcePlace: Sendable, Hashable {
  public var line: Int
  public var column: Int
}

/// One line of a program.
public struct ProgramLine: Sendable, Hashable {
  /// Line of the file, from 1.
  public var number: Int
  public var column: Int
  /// As written, without indentation and citation.
  public var text: String
  /// Where the line comes from: a commit, a release, a function.
  public var citation: String
  var statement: Statement
  /// Labels that stand before it.
  public internal(set) var labels: [String]
  /// Its atomic operation orders nothing on weak machines, whatever the kernel's does: an experiment.
  var isRelaxed = false
}

/// Why a text is no program.
public struct ProgramError: Error, Sendable, Hashable, CustomStringConvertible {
  public var file: String
  public var place: SourcePlace
  public var message: String
  public var description: String { "\(file):\(place.line):\(place.column): \(message)" }
}
