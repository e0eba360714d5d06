import Scenario

/// What a reduction came to, or has come to so far.
public struct Reduction: Sendable {
  public let original: Scenario
  public private(set) var minimal: Scenario
  public let signature: String
  public let patience: Patience

  /// How often a scenario showed the fault, in fresh runs.
  public struct Rate: Hashable, Sendable, Codable {
    public var reproduced: Int
    public var attempts: Int
    public init(reproduced: Int, attempts: Int) {
      self.reproduced = reproduced
      self.attempts = attempts
    }
  }
  public internal(set) var before = Rate(reproduced: 0, attempts: 0)
  public internal(set) var after: Rate?
  /// Candidates run; candidates that had been run before; runs in all.
  public private(set) var candidates = 0
  public private(set) var cached = 0
  public private(set) var runs = 0
  public internal(set) var rounds = 0
  /// What else is to be said of the minimal scenario.
  public var notes: [String] = []
  /// Schedules of the minimal scenario's race on the simulated kernel.
  public var schedules: [StoredSchedule] = []
  /// The pass that ended last.
  public internal(set) var pass = ""
  /// Whether a whole round found nothing more to take away.
  public internal(set) var isComplete = false
  /// Why it stopped before that.
  public internal(set) var stopped: String?
  private(set) var tried: Set<CandidateKey> = []

  init(original: Scenario, minimal: Scenario, signature: String, patience: Patience) {
    self.original = original
    self.minimal = minimal
    self.signature = signature
    self.patience = patience
  }

  func taking(_ bench: Workbench) -> Reduction {
    var reduction = self
    reduction.minimal = bench.best
    reduction.candidates = bench.candidates
    reduction.cached = bench.cached
    reduction.runs = bench.runs
    reduction.tried = bench.tried
    return reduction
  }

  /// For the disk: everything that a later run needs to go on.
  public var record: ReductionRecord {
    ReductionRecord(
      original: ReductionRecord.key(of: original), signature: signature, best: ScenarioPrinter.print(minimal),
      candidates: candidates, runs: runs, tried: tried, isComplete: isComplete)
  }

  /// The scenario in text form, with what is known of it above.
  public var text: String {
    var header = ["Finding \(signature)"]
    header.append(
      "Minimised from \(original.operations.count) operations to \(minimal.operations.count) with \(candidates) candidates."
        + (isComplete ? "" : " Not finished: \(stopped ?? "work goes on")."))
    if let after {
      header.append("Shows the fault in \(after.reproduced) of \(after.attempts) runs.")
    }
    return ScenarioPrinter.print(ScenarioText(minimal, header: header + notes, schedules: schedules))
  }
}
