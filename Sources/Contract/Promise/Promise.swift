import Scenario

/// What an operation may come to: one way, or several among which the kernel chooses.
public struct Promise: Hashable, Sendable {
  /// At least one, unless nothing is predicted.
  public var ways: [Way]
  /// Why nothing is predicted, for an operation outside the Contract.
  public var unsupported: String?

  public init(_ ways: [Way]) { self.ways = ways }
  private init(unsupported: String) {
    ways = []
    self.unsupported = unsupported
  }
  public static func unsupported(_ reason: String) -> Promise { Promise(unsupported: reason) }

  /// The observation, where there is exactly one.
  public var only: Observation? {
    guard ways.count == 1, case .exactly(let result) = ways[0].result else { return nil }
    return Observation(result, ended: ways[0].ended)
  }
  public func allows(_ observation: Observation) -> Bool {
    unsupported != nil || ways.contains { $0.allows(observation) }
  }
}

/// One way that an operation may go.
public struct Way: Hashable, Sendable {
  public var result: PromisedResult
  /// Exactly the waiters that end, in ascending order.
  public var ended: [EndedWaiter]
  /// The rule that decides the result.
  public var rule: Rule
  /// The rules that leave the kernel a choice, in the order in which it was made.
  public var choices: [Rule]

  init(_ result: PromisedResult, _ step: Step) {
    self.result = result
    ended = step.ended.count < 2 ? step.ended : step.ended.sorted { $0.waiter < $1.waiter }
    rule = step.rule
    choices = step.asked.isEmpty ? [] : step.asked.map(\.rule)
  }

  public func allows(_ observation: Observation) -> Bool {
    result.allows(observation.result) && allowsEnded(observation)
  }
  /// Whether what an author states is this way.
  public func agrees(with stated: Stated) -> Bool {
    let woken = ended.filter { $0.end == .woken }.map(\.waiter)
    return result.allows(stated.result) && (stated.woken.map { $0 == woken } ?? true)
  }
  /// Whether user space sees the same; the choices on the way may differ.
  func isSame(as other: Way) -> Bool { result == other.result && ended == other.ended && rule == other.rule }
  func allowsEnded(_ observation: Observation) -> Bool {
    ended.count == observation.ended.count
      && zip(ended, observation.ended).allSatisfy { $0.waiter == $1.waiter && $0.end.allows($1.end) }
  }
}

/// What is promised of a result.
public enum PromisedResult: Hashable, Sendable {
  case exactly(OperationResult)
  /// A value that a scenario cannot know, such as a thread ID or a word of the program's text.
  case anyValue
  /// Nothing: whatever came.
  case anything

  public func allows(_ result: OperationResult) -> Bool {
    switch self {
    case .exactly(let expected): return expected == result
    case .anyValue: if case .value = result { return true } else { return false }
    case .anything: return true
    }
  }
}

extension WaitEnd {
  /// A cancelled wait ends with ECANCELED (a ring's request) or EINTR (a thread's call).
  func allows(_ observed: WaitEnd) -> Bool {
    if self == .error(.ECANCELED), observed == .error(.EINTR) { return true }
    return self == observed
  }
}
