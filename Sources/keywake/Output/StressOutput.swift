import LiveKernel

/// What `keywake stress` prints, as lines or as JSON.
struct StressOutput: Encodable {
  var seed: UInt64
  var waiters: Int
  var lanes: Int
  var seconds: Double
  /// Calls in all.
  var operations: UInt64
  var operationsPerSecond: Double
  var counts: StressCounts
  var finding: String?
  var fault: String?
  /// Kinds of memory that could not be had, and why.
  var refused: [String]
  var kernelComplaints: [String]
  /// Of what was found.
  var signatures: [String] = []
  /// Reports of what was found, with `--findings`.
  var kept: [String] = []

  init(_ run: StressRun, _ options: StressOptions, seconds: Double, didEnd: Bool, kernelComplaints: [String]) {
    seed = options.seed
    waiters = options.waiters
    lanes = options.lanes
    self.seconds = seconds
    counts = run.counts
    operations = counts.operations
    operationsPerSecond = seconds > 0 ? Double(counts.operations) / seconds : 0
    finding = run.finding?.text
    // A finding ends everybody wherever they are.
    fault =
      finding == nil ? run.fault ?? (didEnd ? nil : "its processes did not end when told to, and were killed") : nil
    refused = run.refused.map { "\($0.memory.name): \($0.reason)" }
    self.kernelComplaints = kernelComplaints
  }

  var lines: [String] {
    func number(_ count: UInt64) -> String { SummaryText.grouped(count) }
    var lines = [
      "\(waiters) waiters, \(lanes) lanes, \(TimeSpan.text(Int(seconds))): \(number(counts.operations)) calls, "
        + "\(SummaryText.rate(counts.operations, seconds)) a second (seed \(seed))",
      "  \(number(counts.wakes)) wakes of \(number(counts.woken)) waiters, \(number(counts.waits)) waits ended by them, "
        + "\(number(counts.refusals)) failed at once",
      "  \(number(counts.requeues)) requeues, \(number(counts.truncations)) truncations, \(number(counts.punches)) holes, "
        + "\(number(counts.pageouts)) pageouts, \(number(counts.forks)) forks",
    ]
    lines += refused.map { "  without \($0)" }
    lines += kernelComplaints.map { "  kernel log: \($0)" }
    if let finding {
      lines.append("FINDING \(finding)")
    } else if let fault {
      lines.append("fault of Keywake's own: \(fault)")
    } else {
      lines.append("  the books agree, in \(number(counts.checks)) checks of the whole")
    }
    return lines
  }
}
