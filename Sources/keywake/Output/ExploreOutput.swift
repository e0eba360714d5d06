import CrossCheck
import Explorer
import Machine
import Scenario

/// What `keywake explore` found, for machines.
struct ExploreOutput: Encodable {
  struct FindingOutput: Encodable {
    var check: String
    var text: String
    var program: String
    /// The line's number in the file of programs; none at the end of a lane.
    var line: Int?
    var statement: String?
    var lane: Int
    var schedule: String
    /// Steps at the end of the schedule that repeat for ever.
    var cycle: Int
  }
  struct Search: Encodable {
    var race: String
    /// None where the race derives no key.
    var variant: String?
    /// The reverse-map lookup; none where the race looks no page up.
    var rmap: String?
    /// How threads wait and wake; none where the race does not say `wake.variant`.
    var wake: String?
    var verdict: String
    var states: Int
    var transitions: Int
    var depth: Int
    var bytes: Int
    var findings: [FindingOutput]
    var outcomes: [String]
  }
  struct OutcomeOutput: Encodable {
    var outcome: String
    var contract: String
    var reached: Bool
    /// A schedule that comes to it; none when it was not reached.
    var schedule: String?
  }
  struct ScenarioOutput: Encodable {
    var file: String
    var variant: String
    var verdict: String
    var detail: String?
    var remark: String?
    var operations: Int
    var performed: Int
    var states: Int
    var findings: [FindingOutput]
    /// Of the findings that no known deviation explains, as findings folders have them.
    var signatures: [String]
    var outcomes: [OutcomeOutput]
  }

  var agree = 0
  var disagree = 0
  var undecided = 0
  var skipped = 0
  var states: Int
  var searches: [Search]
  var scenarios: [ScenarioOutput]
  let summary: String

  enum CodingKeys: String, CodingKey { case agree, disagree, undecided, skipped, states, searches, scenarios }

  init(_ work: Exploration) {
    states = work.states
    searches = work.table.cells.map { cell in
      Search(
        race: cell.litmus, variant: cell.variant.map(Program.version), rmap: cell.rmap, wake: cell.wake,
        verdict: cell.verdict, states: cell.report.states,
        transitions: cell.report.transitions, depth: cell.report.depth, bytes: cell.report.bytes,
        findings: Self.findings(cell.report, work.library), outcomes: cell.report.outcomes.map(\.text))
    }
    scenarios = work.scenarios.map { row in
      let report = row.result.explored?.report
      return ScenarioOutput(
        file: row.file, variant: Program.version(row.variant), verdict: row.result.verdict.name,
        detail: row.result.verdict.detail, remark: row.result.remark, operations: row.result.operations,
        performed: row.result.performed, states: report?.states ?? 0,
        findings: report.map { Self.findings($0, work.library) } ?? [],
        signatures: MachineBreach.all(row.scenario, row.result).map {
          $0.divergence.signature(of: MachineUnderTest.answerer(of: row.variant))
        },
        outcomes: (row.result.explored?.outcomes ?? []).map {
          OutcomeOutput(
            outcome: $0.text, contract: $0.standing.rawValue, reached: $0.isReached,
            schedule: $0.schedule.isEmpty ? nil : StepList.text($0.schedule))
        })
    }
    for cell in work.table.cells {
      switch cell.report.verdict {
      case .agree: agree += 1
      case .disagree: disagree += 1
      case .undecided: undecided += 1
      }
    }
    for row in work.scenarios {
      switch row.result.verdict {
      case .agree: agree += 1
      case .disagree: disagree += 1
      case .undecided: undecided += 1
      case .skipped: skipped += 1
      }
    }
    let count = work.table.cells.count + work.scenarios.count
    summary =
      "\(count) searches, \(SummaryText.grouped(UInt64(work.states))) states in "
      + "\(TimeSpan.text(Int(Clock.now - work.start))): \(agree) agree, \(disagree) disagree, \(undecided) undecided"
      + (work.scenarios.isEmpty ? "" : ", \(skipped) skipped")
  }

  private static func findings(_ report: SearchReport, _ library: ProgramLibrary) -> [FindingOutput] {
    report.findings.map { finding in
      let lines = library[finding.program]?.lines ?? []
      let line = finding.line.flatMap { lines.indices.contains($0) ? lines[$0] : nil }
      return FindingOutput(
        check: "\(finding.kind)", text: finding.kind.text, program: finding.program, line: line?.number,
        statement: line?.text, lane: finding.thread + 1, schedule: StepList.text(finding.schedule),
        cycle: finding.cycle)
    }
  }
}
