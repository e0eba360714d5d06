import CrossCheck
import Foundation
import GRDB

/// A finding with its history.
public struct FindingStatus: Codable, Sendable {
  public var signature: String
  public var source: String
  public var rule: String
  public var operation: String
  public var memory: String
  public var promised: String
  public var seen: String
  public var kernel: String
  public var state: FindingState
  public var firstSeen: Int64
  public var lastSeen: Int64
  /// In all runs of the campaign.
  public var occurrences: Int
  public var settings: String?
  public var knownIssue: String?
  public var next: TriageStep?
  public var reproductions: [ReproductionRow]
  public var timeline: [EventRow]
  /// The scenario as small as it is known; empty for what is none.
  public var scenario: String
  /// Paths below the campaign's folder.
  public var minimal: String?
  public var program: String?
  public var explained: String?
  /// Of a finding of the simulated kernel: its version.
  public var variant: String?

  /// By state, what needs a person first; then as they were found.
  static func all(_ database: Database, _ folder: CampaignFolder) throws -> [FindingStatus] {
    let counts = try Row.fetchAll(
      database, sql: "SELECT finding, SUM(occurrences) AS count FROM sighting GROUP BY finding")
    let occurrences = Dictionary(uniqueKeysWithValues: counts.map { ($0["finding"] as Int64, $0["count"] as Int) })
    let events = Dictionary(grouping: try EventRow.order(Column("id")).fetchAll(database), by: \.finding)
    let again = Dictionary(grouping: try ReproductionRow.order(Column("id")).fetchAll(database), by: \.finding)
    return try FindingRow.order(Column("id")).fetchAll(database).map { row in
      let id = row.id ?? 0
      return FindingStatus(
        signature: row.signature, source: row.source, rule: row.rule, operation: row.operation, memory: row.memory,
        promised: row.promised, seen: row.seen, kernel: row.kernel, state: row.state, firstSeen: row.firstSeen,
        lastSeen: row.lastSeen, occurrences: occurrences[id] ?? 0, settings: row.settings, knownIssue: row.knownIssue,
        next: row.next, reproductions: again[id] ?? [], timeline: events[id] ?? [],
        scenario: text(row, folder), minimal: row.minimal, program: row.program,
        explained: row.explained, variant: row.variant)
    }.enumerated().sorted { (order($0.element.state), $0.offset) < (order($1.element.state), $1.offset) }.map(\.element)
  }

  private static func order(_ state: FindingState) -> Int {
    switch state {
    case .confirmed: 0
    case .new: 1
    case .flaky: 2
    case .known: 3
    case .fixed: 4
    }
  }

  private static func text(_ row: FindingRow, _ folder: CampaignFolder) -> String {
    let path =
      row.minimal.map { "\(folder.path)/\($0)" } ?? "\(folder.finding(row.signature))/\(FindingStore.scenarioName)"
    return (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }

  /// The newest rates, one for each kind of waiters: `again 10/10 ring, 9/10 thread`.
  public var rateText: String {
    guard let newest = reproductions.map(\.at).max() else { return "not yet run again" }
    return "again "
      + reproductions.filter { $0.at == newest }.map {
        "\($0.reproduced)/\($0.attempts)\($0.waiters == "-" ? "" : " \($0.waiters)")"
      }.joined(separator: ", ")
  }
}
