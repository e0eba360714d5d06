import Explorer
import Machine
import Scenario

/// Races and scenarios on versions, one after the other, with progress.
struct Exploration {
  struct ScenarioRow {
    var file: String
    var variant: String
    var result: ScenarioExploration
  }
  let library: ProgramLibrary
  let search: BoundedSearch
  let memories: [MemoryModel]
  let wakes: HistoryTable.Wakes
  var table: HistoryTable
  var scenarios: [ScenarioRow] = []
  var states = 0
  private(set) var covered = Coverage()
  let start = Clock.now

  init(
    library: ProgramLibrary, variants: [String], rmaps: [String], memories: [MemoryModel], wakes: HistoryTable.Wakes,
    search: BoundedSearch
  ) {
    self.memories = memories
    self.wakes = wakes
    self.library = library
    self.search = search
    table = HistoryTable(litmus: [], variants: variants, rmaps: rmaps, cells: [])
  }

  /// - Throws: ``ProgramError`` when a program of the user's does not fit.
  mutating func run(_ inputs: [MachineFiles.Input]) throws(ProgramError) {
    var progress = ProgressDisplay(terminal: Terminal())
    var done = 0
    func advance(_ last: SearchReport?) {
      done += 1
      progress.update(elapsed: Clock.now - start) {
        "\(done) searches, \(SummaryText.grouped(UInt64(states))) states, "
          + "\(SummaryText.rate(UInt64(states), Clock.now - start)) a second"
          + (last.map { ", depth \($0.depth), \($0.bytes >> 10) KiB" } ?? "")
      }
    }
    for input in inputs {
      switch input {
      case .litmus(let litmus):
        for memory in memories {
          let name = HistoryTable.name(of: litmus, memory)
          table.litmus.append(name)
          let entries = try HistoryTable.entries(
            of: litmus, variants: table.variants, rmaps: table.rmaps, wakes: wakes, library: library, memory: memory)
          for entry in entries {
            let report = search.report(entry.race)
            note(report)
            table.cells.append(HistoryTable.Cell(entry, litmus: name, report: report))
            advance(report)
          }
        }
      case .scenario(let file, let text):
        for variant in table.variants {
          let result = try ScenarioExploration.run(
            text.scenario, file: file, variant: variant, library: library, search: search.report)
          if let report = result.explored?.report { note(report) }
          scenarios.append(ScenarioRow(file: file, variant: variant, result: result))
          advance(result.explored?.report)
        }
      }
    }
    progress.erase()
  }

  private mutating func note(_ report: SearchReport) {
    states += report.states
    covered.add(report)
  }

  /// For each scenario its verdicts, why not `agree`, and the table of its race's outcomes.
  var scenarioLines: [String] {
    var lines: [String] = []
    var files: [String] = []
    for row in scenarios where files.last != row.file { files.append(row.file) }
    for file in files {
      let rows = scenarios.filter { $0.file == file }
      var order: [String] = []
      var groups: [String: [String]] = [:]
      for row in rows {
        let verdict = row.result.verdict
        var text = verdict.name + (verdict.detail.map { ": \($0)" } ?? "")
        if let remark = row.result.remark { text += " (\(remark))" }
        if groups[text] == nil { order.append(text) }
        groups[text, default: []].append(Self.short(row.variant))
      }
      for text in order {
        let names = groups[text] ?? []
        let versions = names.count == table.variants.count && names.count > 1 ? "all" : names.joined(separator: " ")
        lines.append("\(file) | \(text) | \(versions)")
      }
      lines += Self.outcomes(rows, all: table.variants.count)
    }
    return lines
  }

  private static func outcomes(_ rows: [ScenarioRow], all: Int) -> [String] {
    var order: [RaceOutcomeRow] = []
    var reached: [RaceOutcomeRow: [String]] = [:]
    var explored = 0
    for row in rows {
      guard let race = row.result.explored else { continue }
      explored += 1
      for var outcome in race.outcomes {
        let isReached = outcome.isReached
        outcome.isReached = true
        outcome.final = nil
        outcome.schedule = []
        if reached[outcome] == nil {
          order.append(outcome)
          reached[outcome] = []
        }
        if isReached { reached[outcome]?.append(short(row.variant)) }
      }
    }
    guard explored > 0 else { return [] }
    let width = max(7, order.map(\.text.count).max() ?? 0)
    func pad(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    var lines = ["    \(pad("outcome", width))  \(pad("Contract", 25))  reached by"]
    for outcome in order {
      let names = reached[outcome] ?? []
      let by = names.isEmpty ? "never reached" : names.count == all && all > 1 ? "all" : names.joined(separator: " ")
      lines.append("    \(pad(outcome.text, width))  \(pad(outcome.standing.rawValue, 25))  \(by)")
    }
    return lines
  }

  /// Which version waits where for a page lock that is held for ever.
  var lockLines: [String] {
    var lines: [String] = ["waits for a page lock that is held for ever:"]
    for cell in table.cells {
      for wait in cell.report.waits {
        guard let line = wait.line, let program = library[wait.program], program.lines.indices.contains(line) else {
          continue
        }
        lines.append(
          "  \(Self.short(cell.variant ?? cell.rmap ?? "")) | \(cell.litmus) | line \(program.lines[line].number): "
            + "\(program.lines[line].text) | \(program.lines[line].citation)")
      }
    }
    if lines.count == 1 { lines.append("  nobody") }
    return lines
  }

  /// Programs of which some lines were not run.
  var coverageLines: [String] {
    covered.missing(in: library).flatMap { entry -> [String] in
      ["\(entry.program): \(entry.lines - entry.missing.count) of \(entry.lines) steps"]
        + entry.missing.map { "  not run, line \($0.number): \($0.text)" }
    }
  }

  static func short(_ variant: String) -> String {
    variant.hasPrefix("derive.") ? String(variant.dropFirst("derive.".count)) : variant
  }
}
