import Machine

extension BarrierTable {
  /// What stands between a waker's store and its look at the waiters, where an era looks without the lock: every full
  /// barrier there is taken away, and then every one but one. Atomic operations lose their order under `weak` alone; on
  /// x86 they are locked instructions.
  public static func sole(
    _ races: [Litmus], library: ProgramLibrary, memories: [MemoryModel] = MemoryModel.allCases,
    limits: SearchLimits = SearchLimits(), progress: (Cell) -> Void = { _ in }
  ) throws(ProgramError) -> BarrierTable {
    var table = BarrierTable(memories: memories, cells: [])
    for wake in library.wakes {
      guard let look = wake.lines.firstIndex(where: { $0.text.hasPrefix("n = ") }) else { continue }
      let variant = wake.companions["derive"] ?? "derive.current"
      for litmus in races {
        let original = try Race(litmus, variant: variant, library: library, wake: wake.name)
        guard original.usedPrograms.contains(wake.name) else { continue }
        let covered = ExhaustiveSearch.run(original, limits: limits).coverage
        let names = library.names.filter { name in
          original.usedPrograms.contains(name)
            && (name == wake.name || ["derive.", "gup.", "refs."].contains { name.hasPrefix($0) })
        }
        func range(_ program: Program) -> Range<Int> { 0..<(program.name == wake.name ? look : program.lines.count) }
        func add(_ kept: (program: String, line: Int)?, _ barrier: String) throws(ProgramError) {
          var altered = library
          for name in names {
            guard let program = library[name] else { continue }
            altered.add(program.relaxed(butFor: kept?.program == name ? kept?.line : nil, in: range(program)))
          }
          var broken: [Set<String>] = []
          for memory in memories {
            broken.append(
              Self.broken(
                ExhaustiveSearch.run(
                  try Race(litmus, variant: variant, library: altered, memory: memory, wake: wake.name), limits: limits)
              ))
          }
          let cell = Cell(era: wake.name, race: litmus.name, barrier: barrier, broken: broken)
          progress(cell)
          table.cells.append(cell)
        }
        try add(nil, "every full barrier before the look")
        for name in names {
          guard let program = library[name] else { continue }
          for line in program.fullBarriers
          where range(program).contains(line) && covered[SearchReport.CoveredLine(program: name, line: line)] != nil {
            try add((name, line), "every full barrier before the look but \(name): \(program.lines[line].text)")
          }
        }
      }
    }
    return table
  }
}
