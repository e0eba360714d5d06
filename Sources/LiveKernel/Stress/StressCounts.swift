/// What a stress run has done so far.
public struct StressCounts: Sendable, Codable {
  /// Waits that a wake ended, and waits that failed at once because the value had changed or the page was cut off.
  public var waits: UInt64 = 0
  public var refusals: UInt64 = 0
  public var wakes: UInt64 = 0
  /// What the wakes said they woke.
  public var woken: UInt64 = 0
  public var requeues: UInt64 = 0
  public var truncations: UInt64 = 0
  public var punches: UInt64 = 0
  public var pageouts: UInt64 = 0
  public var forks: UInt64 = 0
  /// Times that everybody rested and the books were held against each other.
  public var checks: UInt64 = 0
  /// Waiters asleep now.
  public var asleep: UInt32 = 0

  public init() {}

  /// Calls in all.
  public var operations: UInt64 {
    waits + refusals + wakes + requeues + truncations + punches + pageouts + forks
  }
}

/// Something that no order of calls allows.
public struct StressFinding: Sendable, Equatable {
  public enum Rule: String, Sendable {
    case lostWake = "lost-wake"
    case wokeTooMany = "woke-too-many"
    case notConserved = "not-conserved"
    case noFault = "no-fault"
    case wrongAnswer = "wrong-answer"
    case stillAsleep = "still-asleep"
    case wrongValue = "wrong-value"

    /// What the two numbers of a finding are.
    public var words: (expected: String, seen: String) {
      switch self {
      case .lostWake: ("waiters that had queued before a wake of all", "woken since the start")
      case .wokeTooMany: ("waits that were ever begun", "woken by what the wakes say")
      case .notConserved: ("woken by what the wakes say", "waiters that came back")
      case .noFault: ("promised beyond the file's end", "answered")
      case .wrongAnswer: ("an answer that is allowed", "answered")
      case .stillAsleep: ("waiters that queued", "waiters that came back after a wake of each word")
      case .wrongValue: ("stored last", "loaded")
      }
    }
  }
  public var rule: Rule
  public var memory: StressMemory
  /// The lane, or after the lanes the process with waiters, that owns the word; words 0 and 1 are in the first page.
  public var owner: Int
  public var word: Int
  public var expected: Int64
  public var seen: Int64

  public var text: String {
    "\(rule.rawValue) in \(memory.name), word \(word) of owner \(owner): \(expected) \(rule.words.expected), \(seen) "
      + rule.words.seen
  }
}
