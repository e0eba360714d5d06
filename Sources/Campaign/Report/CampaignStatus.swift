import CrossCheck
import Foundation
import GRDB

/// What a campaign has come to, read from its store: what the screen, `status`, reports and the web page show.
public struct CampaignStatus: Codable, Sendable {
  /// Version of this record's form.
  public var version = 1
  public var folder: String
  /// When it was read.
  public var at: Int64
  public var isWorking: Bool
  public var run: RunRow?
  public var runs: Int
  public var executions: Int64
  public var operations: Int64
  /// Time that the campaign has worked, all its runs together, in seconds.
  public var worked: Double
  /// Executions a second in the last minute of work.
  public var rate: Double
  public var coverage: Int64
  public var corpus: Int64
  /// Share of the run's time that was spent in the store.
  public var storeShare: Double
  /// Share of the workers' time that triage took.
  public var triageShare: Double
  public var kinds: [Kind]
  public var workers: [Worker]
  public var findings: [FindingStatus]
  /// Oldest first, thinned out to a number that can be drawn.
  public var samples: [SampleRow]
  /// Workers that did not end as they should, newest first.
  public var troubles: [ShiftRow]
  /// The last new thing.
  public var lastNew: String?

  public struct Kind: Codable, Sendable {
    public var name: String
    public var shifts: Int
    public var troubles: Int
    public var executions: Int64
    public var operations: Int64
    public var seconds: Double
    public var coverage: Int64?
    public var corpus: Int
    public var findings: Int
    public var rate: Double { seconds > 0 ? Double(executions) / seconds : 0 }
  }
  public struct Worker: Codable, Sendable {
    public var slot: Int
    public var kind: String
    public var since: Int64
    public var command: String
  }

  public static let mostSamples = 400

  /// Of the simulated kernel, in words; `nil` when that is the newest.
  var versionUnderTest: String? {
    guard let variant = run?.variant, variant != "current" || CampaignFolder(folder).hasProgram else { return nil }
    let programs = CampaignFolder(folder).hasProgram ? " with \(CampaignFolder(folder).program)" : ""
    return "simulated kernel: version \(variant)\(programs)"
  }

  public init(_ store: CampaignStore, _ folder: CampaignFolder) throws(CampaignError) {
    self = try store.read { try CampaignStatus($0, folder) }
  }

  init(_ database: Database, _ folder: CampaignFolder) throws {
    self.folder = folder.path
    at = WallClock.now
    let newest = try RunRow.order(Column("id").desc).fetchOne(database)
    run = newest
    isWorking = newest.map { $0.ended == nil } == true && CampaignLock.isHeld(folder)
    runs = try RunRow.fetchCount(database)
    let totals = try Totals(database)
    (executions, operations, corpus, coverage) = (totals.executions, totals.operations, totals.corpus, totals.coverage)
    let last = try SampleRow.order(Column("id").desc).fetchOne(database)
    worked = last?.worked ?? 0
    rate = try Self.rate(database, last)
    let ofThisRun = last.flatMap { sample in newest.map { Double(sample.at - $0.started) } } ?? 0
    storeShare = ofThisRun > 0 ? (last?.storeSeconds ?? 0) / ofThisRun : 0
    let triage = try Double.fetchOne(database, sql: "SELECT TOTAL(seconds) FROM shift WHERE kind = 'triage'") ?? 0
    triageShare = totals.workerSeconds > 0 ? triage / totals.workerSeconds : 0
    kinds = try Self.kinds(database)
    workers = try ShiftRow.filter(Column("state") == ShiftRow.State.running.rawValue).order(Column("slot"))
      .fetchAll(database)
      .map { Worker(slot: $0.slot, kind: $0.kind, since: $0.started, command: $0.command) }
    if !isWorking { workers = [] }
    findings = try FindingStatus.all(database, folder)
    samples = try Self.samples(database)
    troubles = try ShiftRow.filter(!["running", "done", "interrupted"].contains(Column("state")))
      .order(Column("id").desc).limit(20).fetchAll(database)
    lastNew = try Self.lastNew(database)
  }

  private static func rate(_ database: Database, _ last: SampleRow?) throws -> Double {
    guard let last else { return 0 }
    let before =
      try SampleRow.filter(Column("worked") <= last.worked - 60).order(Column("id").desc).fetchOne(database)
    let seconds = last.worked - (before?.worked ?? 0)
    return seconds > 0 ? Double(last.executions - (before?.executions ?? 0)) / seconds : 0
  }

  private static func kinds(_ database: Database) throws -> [Kind] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT kind, COUNT(*) AS shifts,
          SUM(state NOT IN ('running', 'done', 'interrupted')) AS troubles, SUM(executions) AS executions,
          SUM(operations) AS operations, SUM(seconds) AS seconds, MAX(coverage) AS coverage,
          (SELECT COUNT(*) FROM corpusEntry WHERE target = kind) AS corpus,
          (SELECT COUNT(*) FROM finding WHERE source = kind) AS findings
        FROM shift GROUP BY kind ORDER BY kind
        """
    ).map { row in
      Kind(
        name: row["kind"], shifts: row["shifts"], troubles: row["troubles"], executions: row["executions"],
        operations: row["operations"], seconds: row["seconds"], coverage: row["coverage"], corpus: row["corpus"],
        findings: row["findings"])
    }
  }

  private static func samples(_ database: Database) throws -> [SampleRow] {
    let count = try SampleRow.fetchCount(database)
    guard count > mostSamples else { return try SampleRow.order(Column("id")).fetchAll(database) }
    // Evenly in number, the last one always.
    let step = (count + mostSamples - 1) / mostSamples
    return try SampleRow.fetchAll(
      database,
      sql: """
        SELECT * FROM sample WHERE id % ? = 0 OR id = (SELECT MAX(id) FROM sample) ORDER BY id
        """, arguments: [step])
  }

  private static func lastNew(_ database: Database) throws -> String? {
    let finding = try FindingRow.order(Column("firstSeen").desc, Column("id").desc).fetchOne(database)
    let entry = try CorpusEntryRow.order(Column("added").desc).fetchOne(database)
    if let finding, finding.firstSeen >= entry?.added ?? 0 { return "finding \(finding.signature)" }
    return entry.map { "input \($0.name.prefix(12)) of \($0.target)" }
  }
}
