import Machine

/// A program with one line changed.
public struct Mutant: Sendable {
  public enum Change: String, Sendable, CaseIterable {
    case delete
    case duplicate
    case swapWithNext = "swap-with-next"
    case negate
  }
  public var program: Program
  public var change: Change
  /// Index of the line in the program that was changed.
  public var line: Int
  /// The line as it was.
  public var text: String

  /// Its name in the list of equivalent mutants; unlike a line number it outlives changes elsewhere in the listing.
  /// Equal lines of one program are told apart by their order.
  public var name: String { "\(program.name) | \(change.rawValue) | \(text)" + (ordinal > 1 ? " #\(ordinal)" : "") }
  /// How many lines with the same text there are up to this one.
  public var ordinal: Int

  /// Every mutant of a program, line by line.
  /// - Parameter barriers: also of lines that are nothing but a barrier, which sequentially consistent memory does not tell
  ///   from none.
  public static func all(of program: Program, barriers: Bool = false) -> [Mutant] {
    func isSkipped(_ line: Int) -> Bool {
      program.isAnnotation(line) || !barriers && program.isBarrier(line)
    }
    var result: [Mutant] = []
    var seen: [String: Int] = [:]
    for line in program.lines.indices {
      let text = program.lines[line].text
      seen[text, default: 0] += 1
      if isSkipped(line) { continue }
      for change in Change.allCases {
        if change == .swapWithNext, isSkipped(line + 1) { continue }
        let changed =
          switch change {
          case .delete: program.isBarrier(line) ? program.weakening(line) : program.deleting(line)
          case .duplicate: program.duplicating(line)
          case .swapWithNext: program.swapping(line)
          case .negate: program.negating(line)
          }
        guard let changed else { continue }
        result.append(Mutant(program: changed, change: change, line: line, text: text, ordinal: seen[text] ?? 1))
      }
    }
    return result
  }
}

/// What became of a mutant.
public struct MutantResult: Sendable {
  public enum Fate: Sendable {
    /// It is no program any more.
    case stillborn
    /// A race objects: by a rule that it breaks, or by what it can come to, which is not what the original can.
    case killed(litmus: String, how: String)
    case alive
  }
  public var mutant: Mutant
  public var fate: Fate

  public var isKilled: Bool { if case .killed = fate { true } else { false } }
  public var isAlive: Bool { if case .alive = fate { true } else { false } }
}
