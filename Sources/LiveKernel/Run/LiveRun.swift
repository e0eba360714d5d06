import Scenario

/// What the live kernel did with a scenario.
public struct LiveRun: Sendable {
  /// One for each operation in the order of the text; shorter when the run did not come to its end, empty when it was
  /// skipped.
  public var observations: [Observation] = []
  public var verdict: Verdict
  /// What is to be known besides: pages that did not leave, relations that are none.
  public var notes: [Note] = []

  public enum Verdict: Hashable, Sendable {
    case complete
    /// Nothing of the scenario was run: what is missing for it.
    case skipped(String)
    /// Our own error, or an agent that somebody else ended.
    case harnessFault(String)
    /// It did not end in time. The operation's index, and what the observer saw.
    case hung(operation: Int, [String])
  }

  /// The run's number in the schedule of races.
  public var number: UInt64 = 0
  /// How many runs of a sweep gave the same; this is the first of them.
  public var count = 1

  /// For the first race, by lane: when its calls began and ended, in nanoseconds of the monotonic clock.
  public var laneTimes: [(began: UInt64, ended: UInt64)] = []

  public init(verdict: Verdict) { self.verdict = verdict }
}

/// Something that happened in one operation and is no result.
public struct Note: Hashable, Sendable {
  /// The operation's index.
  public var operation: Int
  public var kind: Kind
  public var text: String

  public enum Kind: Hashable, Sendable {
    /// `pageout`: a page stayed.
    case didNotLeave
    /// A wake said that it woke more waiters than came back.
    case completionsMissing
    /// `keys`: who wakes whom is not an equivalence, or a word could not be waited on.
    case inconsistentKeys
    /// A waiter had ended by the end of the run, and no operation had told so.
    case endedUnnoticed
  }
}
