import Machine

/// What each barrier of waiting and waking is needed for: every era of the protocol, with one barrier taken away, on
/// every race and under every memory model.
public struct BarrierTable: Sendable {
  /// One barrier of one era in one race.
  public struct Cell: Sendable, Hashable {
    /// The program that says how an era wakes.
    public var era: String
    public var race: String
    /// The program and the line that was weakened; `nil`: nothing was.
    public var program: String?
    public var line: String
    /// What each memory model came to, in their order: `-` for nothing.
    public var verdicts: [String]
  }
  public var memories: [MemoryModel]
  public var cells: [Cell]

  /// - Throws: ``ProgramError`` when a program does not fit.
  public static func run(
    _ races: [Litmus], library: ProgramLibrary, memories: [MemoryModel] = MemoryModel.allCases,
    limits: SearchLimits = SearchLimits(), progress: (Cell) -> Void = { _ in }
  ) throws(ProgramError) -> BarrierTable {
    var table = BarrierTable(memories: memories, cells: [])
    for era in library.wakes.map(\.name) {
      let variant = library[era]?.companions["derive"] ?? "derive.current"
      for litmus in races {
        let original = try Race(litmus, variant: variant, library: library, wake: era)
        guard original.usedPrograms.contains(era) else { continue }
        func add(_ program: Program?, _ line: String) throws(ProgramError) {
          var altered = library
          if let program { altered.add(program) }
          var verdicts: [String] = []
          for memory in memories {
            let race = try Race(litmus, variant: variant, library: altered, memory: memory, wake: era)
            verdicts.append(verdict(ExhaustiveSearch.run(race, limits: limits)))
          }
          let cell = Cell(era: era, race: litmus.name, program: program?.name, line: line, verdicts: verdicts)
          progress(cell)
          table.cells.append(cell)
        }
        try add(nil, "nothing taken away")
        for name in library.names where original.usedPrograms.contains(name) {
          guard let program = library[name] else { continue }
          for line in program.lines.indices {
            if let weak = program.weakening(line) { try add(weak, "\(program.lines[line].text) // \(program.lines[line].citation)") }
          }
        }
      }
    }
    return table
  }

  private static func verdict(_ report: SearchReport) -> String {
    switch report.verdict {
    case .agree: "-"
    case .undecided: "undecided"
    case .disagree: Set(report.findings.map { "\($0.kind)" }).sorted().joined(separator: ", ")
    }
  }

  /// `program: barrier | sc, tso, weak | races | eras`, rows that differ in the era alone together.
  public var lines: [String] {
    var order: [String] = []
    var eras: [String: [String]] = [:]
    var rows: [String] = []
    var races: [String: [String]] = [:]
    for cell in cells {
      let verdicts = zip(memories, cell.verdicts).map { "\($0.rawValue) \($1)" }.joined(separator: "; ")
      let row = "\(cell.program.map { $0 + ": " } ?? "")\(cell.line) | \(verdicts)"
      let key = "\(cell.era)\u{0}\(row)"
      if races[key] == nil { rows.append(key) }
      races[key, default: []].append(cell.race)
    }
    for key in rows {
      let parts = key.split(separator: "\u{0}")
      let row = "\(parts[1]) | \(Set(races[key] ?? []).sorted().joined(separator: " "))"
      if eras[row] == nil { order.append(row) }
      let era = String(parts[0].dropFirst("wake.".count))
      if eras[row]?.contains(era) != true { eras[row, default: []].append(era) }
    }
    return order.map { "\($0) | \((eras[$0] ?? []).joined(separator: " "))" }
  }
}
