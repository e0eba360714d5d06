import Explorer
import Machine
import Scenario

/// Schedules in the files of races and scenarios: replayed, and written there.
enum ScheduleFiles {
  /// What a stored schedule came to.
  struct Replayed: Encodable {
    var file: String
    var line: Int
    var race: String
    var variant: String
    var steps: Int
    /// The rule that is broken, and where.
    var finding: String?
    /// What the lanes recorded, when all came to their end.
    var outcome: String?

    var text: String {
      "\(file):\(line): \(steps) steps replayed on \(variant): "
        + (finding ?? outcome.map { "ends with \($0)" } ?? "no rule is broken, and the lanes are not at their end")
    }
  }

  /// Replays every schedule of the files.
  ///
  /// - Throws: ``CommandFailure`` for one that is outdated or wrong, with file and line.
  static func replay(_ inputs: [MachineFiles.Input], _ library: ProgramLibrary) throws(CommandFailure) -> [Replayed] {
    var lines: [Replayed] = []
    for input in inputs {
      switch input {
      case .litmus(let litmus):
        for stored in litmus.schedules {
          lines.append(
            try replay(stored, litmus.file, library) { variant throws(CommandFailure) in
              do throws(ProgramError) {
                return try Race(litmus, variant: variant, library: library)
              } catch {
                throw .usage("\(error)")
              }
            })
        }
      case .scenario(let file, let text):
        for stored in text.schedules { lines.append(try replay(stored, file, text.scenario, library)) }
      }
    }
    return lines
  }

  /// Replays a schedule of a scenario; what it ends with is held against the Contract.
  private static func replay(
    _ stored: StoredSchedule, _ file: String, _ scenario: Scenario, _ library: ProgramLibrary
  ) throws(CommandFailure) -> Replayed {
    var forbidden: String?
    var replayed = try replay(stored, file, library) { variant throws(CommandFailure) in
      let result: ScenarioExploration
      do throws(ProgramError) {
        result = try ScenarioExploration.run(scenario, file: file, variant: variant, library: library) { race in
          var report = SearchReport(verdict: .undecided(.runs), findings: [])
          if let final = (try? Recording.replay(stored, on: race))?.final { report.finals = [final] }
          return report
        }
      } catch {
        throw .usage("\(error)")
      }
      guard let explored = result.explored else {
        throw .usage(
          "\(file):\(stored.line): the race of this schedule does not run on the Machine: "
            + (result.verdict.detail ?? "it is not the first"))
      }
      forbidden = explored.forbidden?.text
      return explored.race
    }
    if replayed.finding == nil, let forbidden {
      replayed.finding = "ends with \(forbidden): \(ViolationKind.forbiddenOutcome.text)"
    }
    return replayed
  }

  private static func replay(
    _ stored: StoredSchedule, _ file: String, _ library: ProgramLibrary,
    _ race: (String) throws(CommandFailure) -> Race
  ) throws(CommandFailure) -> Replayed {
    guard let variant = library["derive.\(stored.variant)"] ?? library[stored.variant], variant.isDerivation else {
      throw .usage("\(file):\(stored.line): no version '\(stored.variant)'; 'keywake variants list' prints them")
    }
    let built = try race(variant.name)
    do throws(Recording.Failure) {
      let result = try Recording.replay(stored, on: built)
      return Replayed(
        file: file, line: stored.line, race: built.litmus.name, variant: stored.variant, steps: stored.steps.count,
        finding: result.finding.map { "\($0.kind.text) (\($0.place(in: built)))" }, outcome: result.outcome)
    } catch {
      throw .usage("\(file):\(stored.line): \(error)")
    }
  }

  /// Writes the first finding of each race and version behind its race, in place of an older one of that version.
  ///
  /// - Parameter outcome: of scenarios, the outcome that is wanted instead, by its place in the table or its text.
  /// - Returns: what was written, for the reader.
  static func record(_ inputs: [MachineFiles.Input], _ work: Exploration, outcome: String? = nil) throws(CommandFailure)
    -> [String]
  {
    var lines: [String] = []
    for input in inputs {
      switch input {
      case .litmus(let litmus):
        for cell in work.table.cells
        where cell.litmus.hasPrefix("\(litmus.name) [") && !cell.report.findings.isEmpty {
          lines.append("\(litmus.file): \(cell.litmus): not recorded, schedules are of sequentially consistent memory")
        }
        for cell in work.table.cells where cell.litmus == litmus.name {
          guard let finding = cell.report.findings.first else { continue }
          // A stored schedule names a derivation; the reverse-map lookup is the newest.
          guard let variant = cell.variant, cell.rmap == nil || cell.rmap == Linker.currentReverseMap else {
            let needed = cell.rmap == nil ? "an era of waking" : "a reverse-map lookup"
            lines.append("\(litmus.file): \(litmus.name): not recorded, it needs \(needed) by name")
            continue
          }
          let race: Race
          do throws(ProgramError) {
            race = try Race(litmus, variant: variant, library: work.library)
          } catch {
            throw .usage("\(error)")
          }
          let stored = Recording.schedule(finding, of: race)
          try insert(stored, litmus.file, begin: "litmus \(litmus.name)", isBehind: false)
          lines.append("\(litmus.file): \(litmus.name): schedule of \(stored.steps.count) steps for \(stored.variant)")
        }
      case .scenario(let file, _):
        for row in work.scenarios where row.file == file {
          guard let explored = row.result.explored else { continue }
          let wanted = try outcome.map { text throws(CommandFailure) in try schedule(of: text, explored, file) }
          guard let steps = wanted ?? explored.finding?.schedule else { continue }
          let stored = Recording.schedule(steps, of: explored.race)
          try insert(stored, file, begin: "race", isBehind: true)
          lines.append("\(file): schedule of \(stored.steps.count) steps for \(stored.variant)")
        }
      }
    }
    if lines.isEmpty { lines.append("no finding: no schedule was recorded") }
    return lines
  }

  /// A schedule that comes to the outcome.
  private static func schedule(of wanted: String, _ explored: ScenarioExploration.Explored, _ file: String)
    throws(CommandFailure) -> [UInt8]
  {
    let rows = explored.outcomes
    let index = Int(wanted).map { $0 - 1 } ?? rows.firstIndex { $0.text == wanted }
    guard let index, rows.indices.contains(index) else {
      throw .usage(
        "--outcome: \(file): expected 1 to \(rows.count), or one of: \(rows.map(\.text).joined(separator: "; ")); found "
          + "'\(wanted)'")
    }
    guard rows[index].isReached, !rows[index].schedule.isEmpty else {
      throw .usage("--outcome: \(file): no schedule comes to '\(rows[index].text)' on \(explored.race.variant.name)")
    }
    return rows[index].schedule
  }

  /// Puts the line before, or behind, the `end` of the block that begins with certain words; comments stay.
  private static func insert(_ stored: StoredSchedule, _ file: String, begin: String, isBehind: Bool)
    throws(CommandFailure)
  {
    let text = String(decoding: try ScenarioFiles.readBytes(file), as: UTF8.self)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    func words(_ index: Int) -> [Substring] {
      lines[index].prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == "\r" }
    }
    let head = begin.split(separator: " ")
    guard let start = lines.indices.first(where: { words($0) == head }),
      let end = lines[start...].indices.first(where: { words($0) == ["end"] })
    else { throw .fault("\(file): its race is not found again") }
    func isOld(_ index: Int) -> Bool {
      let words = words(index)
      return words.first == "schedule" && words.contains("version=\(stored.variant)")
    }
    var at = isBehind ? end + 1 : end
    if isBehind {
      var index = at
      while index < lines.count, words(index).first == "schedule" {
        if isOld(index) { lines.remove(at: index) } else { index += 1 }
      }
    } else if let old = (start..<end).first(where: isOld) {
      lines.remove(at: old)
      at -= 1
    }
    lines.insert((isBehind ? "" : "  ") + stored.text, at: at)
    try Corpus.write(Array(lines.joined(separator: "\n").utf8), to: file)
  }
}
