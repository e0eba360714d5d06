import Machine

/// Which lines of programs some race ran. Counted are lines that touch shared memory: the others run with them.
public struct Coverage: Sendable {
  public private(set) var covered: [String: Set<Int>] = [:]

  public init() {}
  public mutating func add(_ report: SearchReport) {
    for line in report.coverage.keys { covered[line.program, default: []].insert(line.line) }
  }

  /// For each program its lines that are steps of their own, and those of them that no race ran.
  public func missing(in library: ProgramLibrary) -> [(program: String, lines: Int, missing: [ProgramLine])] {
    library.names.compactMap { name in
      guard let program = library[name] else { return nil }
      let steps = program.lines.indices.filter { program.lines[$0].isStep }
      let seen = covered[name] ?? []
      return (name, steps.count, steps.filter { !seen.contains($0) }.map { program.lines[$0] })
    }
  }
}
