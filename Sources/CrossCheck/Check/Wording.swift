import Contract
import Scenario

/// Promises and observations in the words of the scenario language.
public enum Wording {
  public static func text(_ operation: Operation, _ names: Names) -> String {
    var operation = operation
    operation.stated = nil
    return ScenarioPrinter().line(operation, names)
  }

  public static func text(_ observation: Observation, _ names: Names) -> String {
    "\(observation.result)" + text(observation.ended, names)
  }

  public static func text(_ stated: Stated, _ names: Names) -> String {
    guard let woken = stated.woken else { return "\(stated.result)" }
    return "\(stated.result)" + (woken.isEmpty ? " wakes nobody" : text(woken.map { EndedWaiter($0, .woken) }, names))
  }

  /// All ways that are promised, `or` between them.
  public static func text(_ promise: Promise, _ names: Names) -> String {
    if let reason = promise.unsupported { return "nothing (\(reason))" }
    var ways: [String] = []
    for way in promise.ways {
      let text = "\(text(way.result))" + text(way.ended, names)
      if !ways.contains(text) { ways.append(text) }
    }
    return ways.joined(separator: " or ")
  }

  /// How many outcomes a race may have.
  public static func text(_ promise: RacePromise) -> String {
    if let reason = promise.unsupported { return "nothing is promised (\(reason))" }
    let spurious = promise.allowed.filter(\.hasSpuriousFault).count
    return "\(promise.allowed.count) outcomes are allowed"
      + (spurious > 0 ? ", \(spurious) of them by a spurious EFAULT" : "")
  }

  /// `waits | 0 1 | wakes w`.
  static func text(_ outcome: RaceOutcome, _ names: Names) -> String {
    let ended = text(outcome.ended, names)
    let lanes = outcome.results.map { $0.map { text($0) }.joined(separator: " ") }
    return (lanes + [ended.isEmpty ? "wakes nobody" : String(ended.dropFirst())]).joined(separator: " | ")
  }

  private static func text(_ expectation: PromisedResult) -> String {
    switch expectation {
    case .exactly(let result): "\(result)"
    case .anyValue: "a value"
    case .anything: "anything"
    }
  }

  /// ` wakes w v, ends x with EINTR`.
  static func text(_ ended: [EndedWaiter], _ names: Names) -> String {
    var parts: [String] = []
    let woken = ended.filter { $0.end == .woken }
    if !woken.isEmpty { parts.append(" wakes " + woken.map { names[$0.waiter] }.joined(separator: " ")) }
    for waiter in ended {
      switch waiter.end {
      case .woken: break
      case .died: parts.append(" ends \(names[waiter.waiter]) with its process")
      case .error(let error): parts.append(" ends \(names[waiter.waiter]) with \(error)")
      }
    }
    return parts.joined(separator: ",")
  }
}
