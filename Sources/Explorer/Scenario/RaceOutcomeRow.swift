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
  /// The end that shows it, when it was reached.
  public var final: SearchReport.FinalState?
  /// A schedule that comes to that end: the shortest, when the search was exhaustive.
  public var schedule: [UInt8] = []

  /// The outcomes that are allowed, in the Contract's order, then those that were reached and are not allowed.
  ///
  /// - Parameter endings: a schedule for each of `finals`, or none at all.
  static func rows(
    _ promise: RacePromise, _ finals: [SearchReport.FinalState], _ endings: [[UInt8]], _ race: ScenarioRace,
    _ before: Set<UInt8>
  ) -> [RaceOutcomeRow] {
    var rows = promise.allowed.map {
      RaceOutcomeRow(text: text($0.outcome), standing: $0.hasSpuriousFault ? .spurious : .allowed, isReached: false)
    }
    for (number, final) in finals.enumerated() {
      guard let results = race.results(final.recorded) else {
        add(RaceOutcomeRow(text: "a lane does not come to its end", standing: .forbidden, isReached: true), number)
        continue
      }
      let ended = race.ended(results, recorded: final.recorded, before: before, sleeping: final.sleeping)
      let matching = promise.allowed.indices.filter {
        promise.allowed[$0].outcome.allows(results: results, ended: ended)
      }
      for index in matching { show(index, number) }
      if matching.isEmpty {
        let shown = text(results.map { $0.map { "\($0)" } }, ended)
        add(
          RaceOutcomeRow(
            text: shown, standing: promise.unsupported == nil ? .forbidden : .unknown, isReached: true), number)
      }
    }
    return rows

    func add(_ row: RaceOutcomeRow, _ number: Int) {
      let index = rows.firstIndex { $0.text == row.text && $0.standing == row.standing } ?? rows.count
      if index == rows.count { rows.append(row) }
      show(index, number)
    }
    /// Several ends can show the same: the nearest is kept.
    func show(_ index: Int, _ number: Int) {
      rows[index].isReached = true
      let schedule = endings.indices.contains(number) ? endings[number] : []
      guard rows[index].final == nil || schedule.count < rows[index].schedule.count else { return }
      rows[index].final = finals[number]
      rows[index].schedule = schedule
    }
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
