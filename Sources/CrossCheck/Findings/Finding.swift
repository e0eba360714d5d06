/// A disagreement as it is kept: everything that somebody else needs to see it again.
public struct Finding: Codable, Sendable {
  /// Version of this record's form.
  public var version = 1
  public var signature: String
  public var rule: String
  public var operation: String
  public var memory: String
  public var promised: String
  public var seen: String
  /// 1-based number of the diverging operation in the scenario.
  public var operationNumber: Int
  /// The scenario in text form.
  public var scenario: String
  /// Both answers side by side, the first divergence marked.
  public var comparison: [ComparisonLine]
  /// `uname -r` of the kernel that answered; of a simulated one the name in its signatures, `machine-3.11`.
  public var kernel: String
  /// Kind of waiters with which it was found.
  public var waiters: String
  /// Seed and number of the run that generated the scenario; `nil` when it came from a file.
  public var seed: UInt64?
  public var run: UInt64?
  /// How the finding came to be: `fuzz`, `replay FILE`.
  public var origin: String
  /// Capability name to `yes`, or the reason why not.
  public var capabilities: [CapabilityLine]
  /// Seconds since 1970, UTC.
  public var foundAt: Int64
  /// Filled in after the finding is on disk.
  public var reproduction: [Reproduction] = []
  /// How often the same signature was seen, this one included.
  public var occurrences = 1
  /// What the watch and the harness noted during the run.
  public var notes: [String] = []
  /// For a race: how its lanes were laid out, and how often the outcome came.
  public var race: Race?
  /// For a complaint of the kernel, whose cause may lie further back: the scenarios that ran before this one, latest
  /// last.
  public var previous: [PreviousScenario]?

  /// Of a finding of the simulated kernel: its version, such as `3.11`.
  public var variant: String?
  /// The file of the user's programs that this version needs.
  public var program: String?

  /// Where it was seen, when several machines' findings were put together.
  public var releases: [Release]?

  /// What one machine's record said.
  public struct Release: Codable, Sendable, Hashable {
    public var kernel: String
    public var foundAt: Int64
    public var occurrences: Int
    public var reproduction: [Reproduction]
    public init(kernel: String, foundAt: Int64, occurrences: Int, reproduction: [Reproduction]) {
      self.kernel = kernel
      self.foundAt = foundAt
      self.occurrences = occurrences
      self.reproduction = reproduction
    }
  }

  public struct PreviousScenario: Codable, Sendable {
    public var scenario: String
    public var waiters: String
    public init(scenario: String, waiters: String) {
      self.scenario = scenario
      self.waiters = waiters
    }
  }

  public struct Race: Codable, Sendable {
    /// The longest delay of a lane, in turns of an idle loop.
    public var jitter: Int
    /// Delay, processor and yields of each lane in the first run that gave it, as `RacePlan.text`.
    public var lanes: String
    /// Runs in all, and those that ended so.
    public var runs: Int
    public var count: Int
    /// What went on beside it, as `--noise` takes it; `nil` for nothing.
    public var noise: String?
    public init(jitter: Int, lanes: String, runs: Int, count: Int) {
      self.jitter = jitter
      self.lanes = lanes
      self.runs = runs
      self.count = count
    }
  }

  public struct ComparisonLine: Codable, Sendable {
    public var operation: String
    public var promised: String
    public var seen: String
    public var diverges: Bool
    public init(operation: String, promised: String, seen: String, diverges: Bool) {
      self.operation = operation
      self.promised = promised
      self.seen = seen
      self.diverges = diverges
    }
  }
  public struct CapabilityLine: Codable, Sendable {
    public var name: String
    public var status: String
    public init(name: String, status: String) {
      self.name = name
      self.status = status
    }
  }
  /// Runs of the same scenario again, with fresh agents.
  public struct Reproduction: Codable, Sendable, Hashable {
    public var waiters: String
    public var attempts: Int
    /// Runs that ended in the same signature.
    public var reproduced: Int
    /// Runs that ended in a disagreement of another signature.
    public var others: Int
    public init(waiters: String, attempts: Int, reproduced: Int, others: Int) {
      self.waiters = waiters
      self.attempts = attempts
      self.reproduced = reproduced
      self.others = others
    }
  }

  public init(
    signature: String, divergence: Divergence, scenario: String, comparison: [ComparisonLine], kernel: String,
    waiters: String, seed: UInt64?, run: UInt64?, origin: String, capabilities: [CapabilityLine], foundAt: Int64
  ) {
    self.signature = signature
    rule = divergence.rule
    operation = divergence.operation
    memory = divergence.memory
    promised = divergence.promised
    seen = divergence.seen
    operationNumber = divergence.position + 1
    self.scenario = scenario
    self.comparison = comparison
    self.kernel = kernel
    self.waiters = waiters
    self.seed = seed
    self.run = run
    self.origin = origin
    self.capabilities = capabilities
    self.foundAt = foundAt
  }
}
