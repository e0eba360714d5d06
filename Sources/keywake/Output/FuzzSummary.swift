import CrossCheck

/// How a fuzzing run ended.
struct FuzzSummary: Encodable {
  var kernel: String
  var seed: UInt64
  var seconds: Double
  var stopped: String
  var scenarios: UInt64
  var operations: UInt64
  /// Scenarios with a race, and races made smaller because their outcomes were too many to list.
  var races: UInt64
  var cutRaces: UInt64
  var counts: CountsOutput
  var findings: [FindingOutput]
  var findingsFolder: String
  var faults: [String]
  /// Known issues whose own scenarios agree on this kernel, which should have them.
  var noLongerReproduces: [String]
  var memory: ResidentMemory
  private let text: [String]

  enum CodingKeys: String, CodingKey {
    case kernel, seed, seconds, stopped, scenarios, operations, races, cutRaces, counts, findings, findingsFolder,
      faults, memory,
      noLongerReproduces
  }

  struct FindingOutput: Encodable {
    var signature: String
    var occurrences: Int
    var reproduction: [Finding.Reproduction]
  }

  init(
    _ fuzz: FuzzRun, _ session: LiveSession, seconds: Double, stopped: String, findings folder: String,
    vanished: [String], memory: ResidentMemory
  ) {
    kernel = session.kernelName
    seed = fuzz.seed
    self.seconds = (seconds * 1000).rounded() / 1000
    self.stopped = stopped
    scenarios = UInt64(fuzz.counts.total)
    operations = fuzz.operations
    races = fuzz.races
    cutRaces = fuzz.cutRaces
    counts = CountsOutput(fuzz.counts)
    findings = fuzz.findings.map {
      FindingOutput(signature: $0.signature, occurrences: $0.occurrences, reproduction: $0.reproduction)
    }
    findingsFolder = folder
    faults = fuzz.faults
    noLongerReproduces = vanished
    self.memory = memory
    var lines = [
      "",
      "\(SummaryText.grouped(scenarios)) scenarios, \(SummaryText.grouped(operations)) operations in "
        + "\(TimeSpan.text(Int(seconds))) (\(stopped)): \(SummaryText.rate(scenarios, seconds)) scenarios/s, "
        + "\(SummaryText.rate(operations, seconds)) operations/s",
      SummaryText.counts(fuzz.counts, colour: Terminal.outputHasColour),
    ]
    if fuzz.races > 0 {
      lines.append(
        "\(SummaryText.grouped(fuzz.races)) of them with a race, run up to \(Judge.raceRunsOfFuzz) times"
          + (fuzz.cutRaces > 0
            ? "; \(SummaryText.grouped(fuzz.cutRaces)) races were cut: too many outcomes to list" : ""))
    }
    lines += SummaryText.reasons(fuzz.counts)
    lines += vanished.map { "  known issue no longer reproduces: \($0)" }
    if fuzz.findings.isEmpty {
      lines.append(fuzz.counts.executed == 0 ? "nothing was executed" : "no findings")
    } else {
      lines.append("\(fuzz.findings.count) findings in \(folder):")
      for finding in fuzz.findings {
        let rates = finding.reproduction.map { "\($0.reproduced)/\($0.attempts) \($0.waiters)" }
        lines.append(
          "  \(finding.signature)  \(finding.occurrences)x, again \(rates.isEmpty ? "not run" : rates.joined(separator: ", "))"
        )
      }
      lines.append("replay one with: keywake replay \(folder)/SIGNATURE/scenario.kw")
    }
    if let line = memory.text { lines.append(line) }
    lines.append("the same scenarios again: keywake fuzz --seed \(fuzz.seed) --runs \(scenarios)")
    text = lines
  }

  func print() {
    for line in text { Stream.output.line(line) }
  }
}
