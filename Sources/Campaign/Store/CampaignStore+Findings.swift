import CrossCheck
import GRDB

extension CampaignStore {
  /// - Returns: those whose signatures are new.
  static func record(_ sightings: [Sighting], shift: ShiftRow, at time: Int64, _ database: Database) throws
    -> [FindingRow]
  {
    var fresh: [FindingRow] = []
    for sighting in sightings {
      let finding = sighting.finding
      var row = try FindingRow.filter(Column("signature") == finding.signature).fetchOne(database)
      if row == nil {
        let new = try FindingRow(
          signature: finding.signature, source: sighting.source, rule: finding.rule, operation: finding.operation,
          memory: finding.memory, promised: finding.promised, seen: finding.seen, kernel: finding.kernel, state: .new,
          firstSeen: time, lastSeen: time, settings: sighting.settings, variant: finding.variant, next: sighting.next
        ).inserted(database)
        try EventRow(
          finding: try Self.number(new.id), at: time, state: .new,
          text: "found by \(sighting.source), shift \(shift.id ?? 0)"
        ).insert(database)
        fresh.append(new)
        row = new
      }
      guard let row else { continue }
      let id = try Self.number(row.id)
      try database.execute(
        sql: """
          INSERT INTO sighting (shift, finding, occurrences) VALUES (?, ?, ?)
          ON CONFLICT (shift, finding) DO UPDATE SET occurrences = MAX(occurrences, excluded.occurrences)
          """, arguments: [shift.id, id, sighting.occurrences])
      try database.execute(sql: "UPDATE finding SET lastSeen = MAX(lastSeen, ?) WHERE id = ?", arguments: [time, id])
      // What was fixed is back.
      if row.state == .fixed, row.next == nil {
        try Self.move(id, to: .new, at: time, text: "seen again, shift \(shift.id ?? 0)", next: .reproduce, database)
      }
    }
    return fresh
  }

  static func number(_ id: Int64?) throws -> Int64 {
    guard let id else { throw CampaignError("a row that was written has no number") }
    return id
  }

  private static func move(
    _ id: Int64, to state: FindingState, at time: Int64, text: String, next: TriageStep?, _ database: Database
  ) throws {
    try database.execute(
      sql: "UPDATE finding SET state = ?, next = ?, attempts = 0 WHERE id = ?",
      arguments: [state.rawValue, next?.rawValue, id])
    try EventRow(finding: id, at: time, state: state, text: text).insert(database)
  }

  /// Findings with something left to do, those first that were tried least.
  func pendingFindings() throws(CampaignError) -> [FindingRow] {
    try read {
      try FindingRow.filter(Column("next") != nil).order(Column("attempts"), Column("id")).fetchAll($0)
    }
  }

  func finding(_ signature: String) throws(CampaignError) -> FindingRow? {
    try read { try FindingRow.filter(Column("signature") == signature).fetchOne($0) }
  }

  /// The outcome of one step of triage, in one transaction.
  func conclude(_ outcome: TriageOutcome, of finding: FindingRow, at time: Int64) throws(CampaignError) {
    try write { database in
      let id = try Self.number(finding.id)
      for again in outcome.reproductions {
        try ReproductionRow(
          finding: id, at: time, kernel: outcome.kernel, waiters: again.waiters, attempts: again.attempts,
          reproduced: again.reproduced, others: again.others
        ).insert(database)
      }
      try database.execute(
        sql: """
          UPDATE finding SET knownIssue = IFNULL(?, knownIssue), minimal = IFNULL(?, minimal),
            program = IFNULL(?, program), explained = IFNULL(?, explained) WHERE id = ?
          """, arguments: [outcome.knownIssue, outcome.minimal, outcome.program, outcome.explained, id])
      try Self.move(id, to: outcome.state, at: time, text: outcome.text, next: outcome.next, database)
    }
  }

  /// A step of triage came to nothing; after the third time it is given up.
  func postpone(_ finding: FindingRow, reason: String, at time: Int64) throws(CampaignError) {
    try write { database in
      let id = try Self.number(finding.id)
      let attempts = finding.attempts + 1
      let isOver = attempts >= 3
      try database.execute(
        sql: "UPDATE finding SET attempts = ?, next = ? WHERE id = ?",
        arguments: [attempts, isOver ? nil : finding.next?.rawValue, id])
      try EventRow(
        finding: id, at: time, state: finding.state,
        text:
          "\(finding.next?.rawValue ?? "triage") failed\(isOver ? " for the third time and is given up" : ""): \(reason)"
      ).insert(database)
    }
  }

  /// Has a finding run again: on a new release, or because somebody asks.
  func requestTriage(_ signature: String?) throws(CampaignError) -> Int {
    try write { database in
      try database.execute(
        sql: "UPDATE finding SET next = 'reproduce', attempts = 0 WHERE next IS NULL AND (signature = ? OR ? IS NULL)",
        arguments: [signature, signature])
      return database.changesCount
    }
  }
}
