import Machine

/// What each barrier of waiting and waking is needed for: every era of the protocol, with one barrier taken away, on
/// every race and under every memory model.
public struct BarrierTable: Sendable {
  /// One barrier of one era in one race.
  public struct Cell: Sendable, Hashable {
    /// The program that says how an era wakes.
    public var era: String
    public var race: String
    /// The barrier that was taken away, as `program: line (what it stands for)`; `nil`: none was.
    public var barrier: String?
    /// What each memory model came to, in their order: the rules broken that the race does not break with all its
    /// barriers, or `undecided`.
    public var broken: [Set<String>]
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
        var whole = [Set<String>](repeating: [], count: memories.count)
        func add(_ program: Program?, _ barrier: String?) throws(ProgramError) {
          var altered = library
          if let program { altered.add(program) }
          var broken: [Set<String>] = []
          for memory in memories {
            let race = try Race(litmus, variant: variant, library: altered, memory: memory, wake: era)
            broken.append(Self.broken(ExhaustiveSearch.run(race, limits: limits)))
          }
          if program == nil { whole = broken } else { broken = zip(broken, whole).map { $0.subtracting($1) } }
          let cell = Cell(era: era, race: litmus.name, barrier: barrier, broken: broken)
          progress(cell)
          table.cells.append(cell)
        }
        try add(nil, nil)
        for name in library.names
        where original.usedPrograms.contains(name)
          && ["wait.", "wake.", "refs.", "sched."].contains(where: name.hasPrefix)
        {
          guard let program = library[name] else { continue }
          for line in program.lines.indices {
            guard let weak = program.weakening(line) else { continue }
            try add(weak, "\(name): \(program.lines[line].text) (\(program.lines[line].citation))")
          }
        }
      }
    }
    return table
  }

  static func broken(_ report: SearchReport) -> Set<String> {
    if case .undecided = report.verdict { return ["undecided"] }
    return Set(report.findings.map { "\($0.kind)" })
  }

  /// `barrier | sc, tso, weak | eras | races that tell`, one line for each barrier and what comes of taking it away; eras
  /// that differ in nothing else stand together.
  public var lines: [String] {
    struct Key: Hashable {
      var barrier: String?
      var era: String
    }
    var order: [Key] = []
    var cells: [Key: [Cell]] = [:]
    for cell in self.cells {
      let key = Key(barrier: cell.barrier, era: cell.era)
      if cells[key] == nil { order.append(key) }
      cells[key, default: []].append(cell)
    }
    var rows: [(barrier: String?, verdicts: String, races: [String], eras: [String])] = []
    for key in order {
      let mine = cells[key] ?? []
      // Races that come to the same: those that tell nothing are left out where others do.
      var groups: [(verdicts: String, races: [String])] = []
      for cell in mine where !cell.broken.allSatisfy(\.isEmpty) {
        let verdicts = text(cell.broken)
        if let at = groups.firstIndex(where: { $0.verdicts == verdicts }) {
          groups[at].races.append(cell.race)
        } else {
          groups.append((verdicts, [cell.race]))
        }
      }
      if groups.isEmpty { groups.append((text(memories.map { _ in [] }), ["none"])) }
      for group in groups {
        let era = String(key.era.dropFirst("wake.".count))
        if let at = rows.firstIndex(where: {
          $0.barrier == key.barrier && $0.verdicts == group.verdicts && $0.races == group.races
        }) {
          rows[at].eras.append(era)
        } else {
          rows.append((key.barrier, group.verdicts, group.races, [era]))
        }
      }
    }
    return rows.map {
      let races = $0.races.joined(separator: " ")
      return "\($0.barrier ?? "nothing taken away") | \($0.verdicts) | \($0.eras.joined(separator: " ")) | \(races)"
    }
  }

  private func text(_ broken: [Set<String>]) -> String {
    zip(memories, broken).map { memory, kinds in
      "\(memory.rawValue) \(kinds.isEmpty ? "-" : kinds.sorted().joined(separator: ", "))"
    }.joined(separator: "; ")
  }
}
