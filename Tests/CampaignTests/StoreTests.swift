import Foundation
import GRDB
import Testing

@testable import Campaign

@Suite struct StoreTests {
  private func sighting(_ operation: String, _ occurrences: Int) -> Sighting {
    Sighting(finding: TestCampaign.finding(operation), source: "generator", occurrences: occurrences)
  }

  @Test func aShiftThatIsReadTwiceCountsOnce() throws {
    let campaign = try TestCampaign()
    let store = try CampaignStore(writing: campaign.folder)
    let run = try store.beginRun(TestCampaign.run())
    var shift = try store.beginShift(TestCampaign.shift(run))
    let first = try store.record([sighting("wake", 2)], shift: shift, at: 101)
    #expect(first.map(\.operation) == ["wake"])
    // The same state of the worker's folder again, then a later one.
    #expect(try store.record([sighting("wake", 2)], shift: shift, at: 102).isEmpty)
    shift.state = .done
    shift.executions = 50
    let last = try store.endShift(shift, sightings: [sighting("wake", 5), sighting("waitv", 1)], entries: [], at: 103)
    #expect(last.map(\.operation) == ["waitv"])
    #expect(try store.endShift(shift, sightings: [sighting("wake", 5)], entries: [], at: 104).isEmpty)
    let status = try CampaignStatus(store, campaign.folder)
    #expect(status.findings.map(\.operation) == ["wake", "waitv"])
    #expect(status.findings.map(\.occurrences) == [5, 1])
    #expect(status.findings[0].timeline.map(\.state) == [.new])
    #expect(status.findings[0].firstSeen == 101)
    #expect(status.findings[0].lastSeen == 104)
    #expect(status.executions == 50)
  }

  @Test func isDurableWhenItReturns() throws {
    let campaign = try TestCampaign()
    let store = try CampaignStore(writing: campaign.folder)
    let (journal, synchronous) = try store.read { database in
      (
        try String.fetchOne(database, sql: "PRAGMA journal_mode"), try Int.fetchOne(database, sql: "PRAGMA synchronous")
      )
    }
    #expect(journal == "wal")
    // 2 is FULL.
    #expect(synchronous == 2)
  }

  @Test func aStoreOfTheFirstVersionIsBroughtUpToDate() throws {
    let campaign = try TestCampaign()
    do {
      let queue = try DatabaseQueue(path: campaign.folder.database)
      try Schema.migrator.migrate(queue, upTo: "1: runs, shifts, findings")
      try queue.write { database in
        try database.execute(
          sql: """
            INSERT INTO run (started, kernel, tool, workers) VALUES (1, '6.1', '0', 2);
            INSERT INTO shift (run, slot, kind, seed, command, started, state, executions)
              VALUES (1, 0, 'generator', 7, 'x', 1, 'done', 42);
            INSERT INTO finding (signature, source, rule, operation, memory, promised, seen, kernel, state, firstSeen,
              lastSeen) VALUES ('s', 'generator', 'r', 'wake', 'm', 'p', 'q', '6.1', 'confirmed', 5, 6),
              ('t', 'machine-races', 'machine-race', 'wake', 'm', 'p', 'q', '6.1', 'known', 5, 6)
            """)
      }
    }
    #expect(throws: CampaignError.self) { try CampaignStore(reading: campaign.folder) }
    let store = try CampaignStore(writing: campaign.folder)
    let status = try CampaignStatus(store, campaign.folder)
    #expect(status.executions == 42)
    #expect(status.findings.map(\.state) == [.confirmed, .known])
    #expect(status.findings.map(\.variant) == [nil, "current"])
    #expect(status.findings.allSatisfy { $0.explained == nil } && status.run?.variant == nil)
    #expect(status.samples.isEmpty)
    _ = try CampaignStore(reading: campaign.folder)
  }

  @Test func aNewerStoreIsLeftAlone() throws {
    let campaign = try TestCampaign()
    do {
      let queue = try DatabaseQueue(path: campaign.folder.database)
      var migrator = Schema.migrator
      migrator.registerMigration("999: from the future") { _ in }
      try migrator.migrate(queue)
    }
    let error = #expect(throws: CampaignError.self) { try CampaignStore(writing: campaign.folder) }
    #expect(error?.description.contains("newer Keywake") == true)
  }

  @Test func whatIsNoDatabaseIsAnError() throws {
    let campaign = try TestCampaign()
    try Data(repeating: 65, count: 5000).write(to: URL(fileURLWithPath: campaign.folder.database))
    let error = #expect(throws: CampaignError.self) { try CampaignStore(writing: campaign.folder) }
    #expect(error?.isUsage == true)
    #expect(throws: CampaignError.self) { try CampaignStore(reading: CampaignFolder("/nonexistent")) }
  }

  @Test func oneOwnerAtATime() throws {
    let campaign = try TestCampaign()
    #expect(!CampaignLock.isHeld(campaign.folder))
    let lock = try CampaignLock(campaign.folder)
    let error = #expect(throws: CampaignError.self) { try CampaignLock(campaign.folder) }
    #expect(error?.description.contains("process \(getpid())") == true)
    #expect(CampaignLock.isHeld(campaign.folder))
    _ = lock
  }

  @Test func aRunThatWroteNoEndIsEndedByTheNext() throws {
    let campaign = try TestCampaign()
    let store = try CampaignStore(writing: campaign.folder)
    _ = try store.beginRun(TestCampaign.run())
    _ = try store.beginRun(TestCampaign.run())
    let runs = try store.read { try RunRow.order(Column("id")).fetchAll($0) }
    #expect(runs.map(\.stopped) == ["killed", nil])
    #expect(runs[0].ended == 100)
  }

  @Test func triageGoesStepByStep() throws {
    let campaign = try TestCampaign()
    let store = try CampaignStore(writing: campaign.folder)
    let run = try store.beginRun(TestCampaign.run())
    let shift = try store.beginShift(TestCampaign.shift(run))
    _ = try store.record([sighting("wake", 1)], shift: shift, at: 101)
    var finding = try #require(try store.pendingFindings().first)
    #expect(finding.next == .reproduce)
    try store.conclude(
      TriageOutcome(
        state: .confirmed, text: "shown", next: .minimise, kernel: "6.18.1",
        reproductions: [.init(waiters: "ring", attempts: 10, reproduced: 9, others: 1)]), of: finding, at: 102)
    finding = try #require(try store.pendingFindings().first)
    #expect(finding.next == .minimise)
    #expect(finding.state == .confirmed)
    // What fails three times is given up.
    for attempt in 1...3 {
      try store.postpone(finding, reason: "no", at: 103)
      finding = try #require(try store.finding(finding.signature))
      #expect(finding.attempts == attempt)
    }
    #expect(try store.pendingFindings().isEmpty)
    let status = try CampaignStatus(store, campaign.folder)
    #expect(status.findings[0].rateText == "again 9/10 ring")
    #expect(status.findings[0].timeline.count == 5)
  }

  @Test func whatIsFixedAndComesBackIsNewAgain() throws {
    let campaign = try TestCampaign()
    let store = try CampaignStore(writing: campaign.folder)
    let run = try store.beginRun(TestCampaign.run())
    let shift = try store.beginShift(TestCampaign.shift(run))
    _ = try store.record([sighting("wake", 1)], shift: shift, at: 101)
    let finding = try #require(try store.pendingFindings().first)
    try store.conclude(TriageOutcome(state: .fixed, text: "gone", next: nil), of: finding, at: 102)
    let other = try store.beginShift(TestCampaign.shift(run))
    _ = try store.record([sighting("wake", 1)], shift: other, at: 103)
    let again = try #require(try store.finding(finding.signature))
    #expect(again.state == .new)
    #expect(again.next == .reproduce)
  }
}
