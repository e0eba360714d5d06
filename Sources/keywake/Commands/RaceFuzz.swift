import CrossCheck
import Explorer
import Machine
import Scenario

/// Random small races on the simulated kernel's current version, under every interleaving, held against the Contract.
/// The live kernel has no part in it.
struct RaceFuzz {
  var seed: UInt64
  var seconds: Int?
  var runs: UInt64?
  /// Folder in which disagreements are kept.
  var findings: String
  var json: Bool
  /// Races that run lines of the programs which no other did are kept there.
  var grower: CorpusGrower?

  struct Summary: Encodable {
    var seed: UInt64
    var races: UInt64 = 0
    var states = 0
    var agree = 0
    var disagree = 0
    /// Known deviations of the kernel to the number of races in which nothing else was found.
    var known: [String: Int] = [:]
    var undecided = 0
    var skipped = 0
    /// Reason to count, for what was not decided.
    var reasons: [String: Int] = [:]
    var findings: [String] = []
  }

  func run() throws {
    var grower = grower
    let library = try MachineFiles.library(adding: nil)
    let codes = LinkedOperations()
    var summary = Summary(seed: seed)
    let terminal = Terminal()
    var progress = ProgressDisplay(terminal: terminal)
    StopRequest.listen()
    let start = Clock.now
    let end = seconds.map { start + Double($0) }
    let isLate: @Sendable () -> Bool = { end.map { Clock.now >= $0 } ?? false }
    progress.announce(terminal.paint("keywake fuzz --races", .bold) + ": simulated kernel, seed \(seed)")
    let limits = SearchLimits(
      states: 500_000, bytes: 512 << 20, isStopped: { StopRequest.isPending }, isLate: isLate)
    while !StopRequest.isPending, !isLate(), runs.map({ summary.races < $0 }) ?? true {
      let scenario = RaceGenerator.scenario(number: summary.races, seed: seed)
      let file = "race-\(seed)-\(summary.races).kw"
      summary.races += 1
      let result: ScenarioExploration
      do throws(ProgramError) {
        result = try ScenarioExploration.run(
          scenario, file: file, variant: "derive.current", library: library, codes: codes,
          search: { ExhaustiveSearch.run($0, limits: limits) })
      } catch {
        throw CommandFailure.fault("\(error)")
      }
      summary.states += result.explored?.report.states ?? 0
      switch result.verdict {
      case .agree: summary.agree += 1
      case .undecided(let reason):
        summary.undecided += 1
        // A bound's name, without the numbers of this one search.
        summary.reasons["undecided: " + (reason.split(separator: " ").first.map(String.init) ?? ""), default: 0] += 1
      case .skipped(let reason):
        summary.skipped += 1
        summary.reasons[reason, default: 0] += 1
      case .disagree(let text):
        if let known = result.known {
          for name in known.map(\.rawValue) { summary.known[name, default: 0] += 1 }
          break
        }
        summary.disagree += 1
        let path = "\(findings)/\(file)"
        try keep(scenario, result, text, path)
        summary.findings.append(path)
        progress.announce("\(terminal.paint("disagree", .red)) \(path): \(text)")
      }
      if case .agree = result.verdict {
        do throws(FindingStore.Failure) {
          try grower?.admit(scenario, shown: Self.lines(result)) { smaller in
            if StopRequest.isPending || isLate() { return [] }
            let result = try? ScenarioExploration.run(
              smaller, file: file, variant: "derive.current", library: library, codes: codes,
              search: { ExhaustiveSearch.run($0, limits: limits) })
            guard let result, case .agree = result.verdict else { return [] }
            return Self.lines(result)
          }
        } catch {
          throw CommandFailure.fault(error.description)
        }
      }
      progress.update(elapsed: Clock.now - start) {
        "\(SummaryText.grouped(summary.races)) races  \(SummaryText.rate(summary.races, Clock.now - start))/s  "
          + "\(SummaryText.grouped(UInt64(summary.states))) states  \(summary.disagree) disagree"
      }
    }
    progress.erase()
    if json {
      try JSONOutput.print(summary)
    } else {
      Stream.output.line(
        "\(SummaryText.grouped(summary.races)) races on the simulated kernel, \(SummaryText.grouped(UInt64(summary.states))) states in "
          + "\(TimeSpan.text(Int(Clock.now - start))): \(summary.agree) agree, \(summary.disagree) disagree, "
          + "\(summary.undecided) undecided, \(summary.skipped) skipped")
      for (name, count) in summary.known.sorted(by: { $0.key < $1.key }) {
        Stream.output.line("  \(count) known: Corpus/known-issues/\(name).c")
      }
      for (reason, count) in summary.reasons.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
        Stream.output.line("  \(count) \(reason)")
      }
      Stream.output.line("the same races again: keywake fuzz --races --seed \(seed) --runs \(summary.races)")
    }
    if summary.disagree > 0 { throw CrossCheck.ExitCode.finding }
    if summary.agree == 0 { throw CrossCheck.ExitCode.nothingExecuted }
  }

  /// Lines of the programs that the race's lanes ran, of those that touch shared memory, and in which circumstances.
  private static func lines(_ result: ScenarioExploration) -> Set<String> { result.explored?.report.behaviours ?? [] }

  /// The scenario with what is wrong at its head, all outcomes, and the schedule if a rule is broken.
  private func keep(_ scenario: Scenario, _ result: ScenarioExploration, _ text: String, _ path: String)
    throws(CommandFailure)
  {
    var header = [text]
    var schedules: [StoredSchedule] = []
    if let explored = result.explored {
      header += explored.outcomes.map {
        "\($0.standing.rawValue)\($0.isReached ? "" : ", never reached"): \($0.text)"
      }
      if let finding = explored.report.findings.first {
        var stored = Recording.schedule(finding, of: explored.race)
        stored.element =
          scenario.elements.firstIndex { if case .race = $0 { true } else { false } } ?? 0
        schedules.append(stored)
      }
    }
    try Corpus.makeFolder(findings)
    try Corpus.write(
      Array(ScenarioPrinter.print(ScenarioText(scenario, header: header, schedules: schedules)).utf8), to: path)
  }
}
