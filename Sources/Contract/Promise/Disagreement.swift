import Scenario

/// What was seen is not what was promised.
public struct Disagreement: Error, Hashable, Sendable {
  public enum Aspect: Hashable, Sendable {
    /// The operation's result.
    case result
    /// Which waiters ended, or how.
    case waiters
  }
  /// The rule that is broken: that of the way closest to what was seen. Stable, for signatures.
  public var rule: Rule
  public var aspect: Aspect
  public var promise: Promise
  public var observed: Observation

  init(_ promise: Promise, _ observed: Observation) {
    self.promise = promise
    self.observed = observed
    let sameResult = promise.ways.first { $0.result.allows(observed.result) }
    aspect = sameResult == nil ? .result : .waiters
    rule = (sameResult ?? promise.ways.first)?.rule ?? .notPredicted
  }
}
