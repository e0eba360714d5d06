import CrossCheck
import LiveKernel

/// What `keywake litmus` prints, as lines or as JSON.
struct LitmusOutput: Encodable {
  struct Outcome: Encodable {
    var count: Int
    var standing: String
    /// Whether the Machine's current version reaches it: `yes`, `no`, `-` where it cannot run the scenario.
    var machine: String
    var outcome: String
    var reason: String?
    var firstRun: UInt64
    var plan: String
    /// Of the finding, where it is forbidden.
    var signature: String?
  }
  struct Race: Encodable {
    var file: String
    var waiters: String
    var runs: Int
    var seconds: Double
    var outcomes: [Outcome]
    var unseen: [String]
    var skipped: String?
    var fault: String?
    /// How close runs came to the schedule that was followed.
    var followed: String?
  }
  var seed: UInt64
  var jitter: Int
  var noise: String
  var noiseRounds: [String] = []
  /// Reports of what was forbidden.
  var kept: [String] = []
  var races: [Race] = []
  var kernelComplaints: [String] = []

  init(seed: UInt64, jitter: Int, noise: String) {
    self.noise = noise
    self.seed = seed
    self.jitter = jitter
  }

  var runs: Int { races.reduce(0) { $0 + $1.runs } }
  var faults: Int { races.filter { $0.fault != nil }.count }
  var findings: Int {
    races.filter { $0.outcomes.contains { $0.standing == "forbidden" } }.count + (kernelComplaints.isEmpty ? 0 : 1)
  }

  var summary: [String] {
    let ran = races.filter { $0.runs > 0 }
    let skipped = races.filter { $0.skipped != nil }.count
    let noises = noiseRounds.isEmpty ? [] : ["rounds of noise: " + noiseRounds.joined(separator: ", ")]
    return [
      "\(ran.count) races, \(SummaryText.grouped(UInt64(runs))) runs: \(findings) with a finding, "
        + "\(ran.filter { $0.outcomes.contains { $0.standing == "undecided" } }.count) undecided, \(skipped) skipped, "
        + "\(faults) faults of Keywake's own (seed \(seed), jitter \(jitter), noise \(noise))"
    ] + noises
  }
}

extension LitmusOutput.Race {
  init(
    _ file: String, _ kind: WaiterKind, _ report: LitmusReport, _ machine: MachineReach, answerer: String,
    seconds: Double
  ) {
    self.file = file
    waiters = kind.rawValue
    runs = report.runs
    self.seconds = seconds
    outcomes = report.rows.map { row in
      var reason: String?
      switch row.standing {
      case .allowed: break
      case .forbidden(let divergence):
        reason = "rule \(divergence.rule), operation \(divergence.position + 1)"
      case .known(let names): reason = names.joined(separator: ", ")
      case .undecided(let text): reason = text
      }
      return LitmusOutput.Outcome(
        count: row.count, standing: row.standing.keyword,
        machine: machine.word(results: row.results, ended: row.ended), outcome: row.outcome, reason: reason,
        firstRun: row.firstRun,
        plan: row.plan.text, signature: row.divergence?.signature(of: answerer))
    }
    unseen = report.unseen
    skipped = report.skipped
    fault = report.fault
    if report.closeness.runs > 0 {
      followed =
        "followed: \(report.closeness.mean) % of the orders between the lanes' beginnings and ends as in the schedule, all "
        + "of them in \(report.closeness.whole) of \(report.closeness.runs) runs"
    }
  }

  func lines(withTable: Bool) -> [String] {
    var head = "\(file) (\(waiters)): "
    if let fault { return [head + "fault of Keywake's own: \(fault)"] }
    if let skipped { return [head + "skipped: \(skipped)"] }
    let forbidden = outcomes.filter { $0.standing == "forbidden" }.reduce(0) { $0 + $1.count }
    head += "\(runs) runs, \(SummaryText.rate(UInt64(runs), seconds)) a second, \(outcomes.count) outcomes"
    head += forbidden > 0 ? ", FORBIDDEN \(forbidden) times" : ""
    let top = [head] + (followed.map { ["  " + $0] } ?? [])
    if !withTable { return top }
    var lines = top + ["      count  promise    machine  outcome"]
    for outcome in outcomes {
      lines.append(
        "  " + Columns.right(String(outcome.count), 9) + "  " + Columns.left(outcome.standing, 9) + "  "
          + Columns.left(outcome.machine, 7) + "  " + outcome.outcome)
      if let reason = outcome.reason {
        lines.append("                      \(reason); first in run \(outcome.firstRun), lanes \(outcome.plan)")
      }
    }
    for outcome in unseen { lines.append("          0  allowed             \(outcome) (never seen)") }
    return lines
  }
}
