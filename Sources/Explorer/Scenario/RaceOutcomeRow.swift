import Contract
import Machine
import Scenario

/// One way in which a race of a scenario may end, as a row of a litmus table.
public struct RaceOutcomeRow: Sendable, Hashable {
  public enum Standing: String, Sendable, Hashable {
    case allowed
    /// Allowed only because the kernel may answer EFAULT beside a truncation or hole punch.
    case spurious = "allowed (spurious EFAULT)"
    case forbidden
    /// The Contract says nothing of this race.
    case unknown = "no promise"
  }
  /// Results lane by lane, and the waiters that ended.
  public var text: String
  public var standing: Standing
  public var isReached: Bool

  /// The outcomes that are allowed, in the Contract's order, then those that were reached and are not allowed.
  static func rows(
    _ promise: RacePromise, _ finals: [SearchReport.FinalState], _ race: ScenarioRace, _ before: Set<UInt8>
  ) -> [RaceOutcomeRow] {
    var rows = promise.allowed.map {
      RaceOutcomeRow(text: text($0.outcome), standing: $0.hasSpuriousFault ? .spurious : .allowed, isReached: false)
    }
    for final in finals {
      guard let results = race.results(final.recorded) else {
        add(RaceOutcomeRow(text: "a lane does not come to its end", standing: .forbidden, isReached: true))
        continue
      }
      let ended = before.union(race.waiters).subtracting(final.sleeping)
        .filter { race.slept($0, results, before: before) }
        .map { EndedWaiter(WaiterID($0), .woken) }.sorted { $0.waiter < $1.waiter }
      let matching = promise.allowed.indices.filter {
        promise.allowed[$0].outcome.allows(results: results, ended: ended)
      }
      for index in matching { rows[index].isReached = true }
      if matching.isEmpty {
        let shown = text(results.map { $0.map { "\($0)" } }, ended)
        add(
          RaceOutcomeRow(
            text: shown, standing: promise.unsupported == nil ? .forbidden : .unknown, isReached: true))
      }
    }
    return rows

    func add(_ row: RaceOutcomeRow) { if !rows.contains(row) { rows.append(row) } }
  }

  static func text(_ outcome: RaceOutcome) -> String { text(outcome.results.map { $0.map(text) }, outcome.ended) }
  static func text(_ observed: Observation) -> String { text([["\(observed.result)"]], observed.ended) }
  static func text(_ promise: Promise) -> String {
    var texts: [String] = []
    for way in promise.ways {
      let shown = text([[text(way.result)]], way.ended)
      if !texts.contains(shown) { texts.append(shown) }
    }
    return texts.joined(separator: " or ")
  }

  private static func text(_ result: PromisedResult) -> String {
    switch result {
    case .exactly(let result): "\(result)"
    case .anyValue: "any value"
    case .anything: "anything"
    }
  }
  private static func text(_ results: [[String]], _ ended: [EndedWaiter]) -> String {
    let lanes = results.map { $0.joined(separator: ", ") }.joined(separator: " | ")
    return lanes
      + ended.map { waiter in
        switch waiter.end {
        case .woken: " wakes \(Names.canonical(waiter.waiter))"
        case .error(let code): " ends \(Names.canonical(waiter.waiter)) with \(code)"
        case .died: " ends \(Names.canonical(waiter.waiter))"
        }
      }.joined()
  }
}
