import Explorer
import Machine
import Scenario
import Synchronization

/// Races and scenarios on versions, side by side, with progress; results in the order of the inputs.
struct Exploration {
  struct ScenarioRow: Sendable {
    var file: String
    var variant: String
    var scenario: Scenario
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

  /// One search, or a scenario's sequence and its search.
  private enum Piece: Sendable {
    case race(HistoryTable.Entry, name: String)
    case scenario(Scenario, file: String, variant: String)
  }
  private enum Result: Sendable {
    case race(HistoryTable.Cell)
    case scenario(ScenarioRow)
    case failed(ProgramError)

    var report: SearchReport? {
      switch self {
      case .race(let cell): cell.report
      case .scenario(let row): row.result.explored?.report
      case .failed: nil
      }
    }
  }
  private final class Progress: Sendable {
    struct Counts {
      var display = ProgressDisplay(terminal: Terminal())
      var searches = 0
      var states = 0
    }
    let counts = Mutex(Counts())
  }
  /// Pieces are made ready and worked on in lots, so that thousands of searches need no more memory than some.
  private static let lot = 128

  /// - Throws: ``ProgramError`` when a program of the user's does not fit.
  mutating func run(_ inputs: [MachineFiles.Input]) throws(ProgramError) {
    let progress = Progress()
    defer { progress.counts.withLock { $0.display.erase() } }
    var pieces: [Piece] = []
    for input in inputs {
      switch input {
      case .litmus(let litmus):
        for memory in memories {
          let name = HistoryTable.name(of: litmus, memory)
          table.litmus.append(name)
          let entries = try HistoryTable.entries(
            of: litmus, variants: table.variants, rmaps: table.rmaps, wakes: wakes, library: library, memory: memory)
          pieces += entries.map { .race($0, name: name) }
        }
      case .scenario(let file, let text):
        pieces += table.variants.map { .scenario(text.scenario, file: file, variant: $0) }
      }
      if pieces.count >= Self.lot {
        try work(on: pieces, progress)
        pieces = []
      }
    }
    try work(on: pieces, progress)
  }

  private mutating func work(on pieces: [Piece], _ progress: Progress) throws(ProgramError) {
    let (search, library, start) = (search, library, start)
    let results = SearchPool(jobs: search.jobs).map(pieces) { piece -> Result in
      switch piece {
      case .race(let entry, let name):
        return .race(HistoryTable.Cell(entry, litmus: name, report: search.report(entry.race)))
      case .scenario(let scenario, let file, let variant):
        do throws(ProgramError) {
          let result = try ScenarioExploration.run(
            scenario, file: file, variant: variant, library: library, search: search.report)
          return .scenario(ScenarioRow(file: file, variant: variant, scenario: scenario, result: result))
        } catch {
          return .failed(error)
        }
      }
    } done: { result in
      progress.counts.withLock { progress in
        progress.searches += 1
        progress.states += result.report?.states ?? 0
        let (searches, states) = (progress.searches, UInt64(progress.states))
        progress.display.update(elapsed: Clock.now - start) {
          "\(searches) searches, \(SummaryText.grouped(states)) states, "
            + "\(SummaryText.rate(states, Clock.now - start)) a second"
            + (result.report.map { ", depth \($0.depth), \($0.bytes >> 10) KiB" } ?? "")
        }
      }
    }
    for result in results {
      if let report = result.report { note(report) }
      switch result {
      case .race(let cell): table.cells.append(cell)
      case .scenario(let row): scenarios.append(row)
      case .failed(let error): throw error
      }
    }
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
        groups[text, default: []].append(Program.version(row.variant))
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
        if isReached { reached[outcome]?.append(Program.version(row.variant)) }
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
          "  \(Program.version(cell.variant ?? cell.rmap ?? "")) | \(cell.litmus) | line \(program.lines[line].number): "
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
}
