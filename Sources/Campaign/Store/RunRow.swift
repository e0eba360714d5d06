import GRDB

/// One start of a campaign.
public struct RunRow: Codable, Sendable, FetchableRecord, MutablePersistableRecord {
  public static let databaseTableName = "run"
  public var id: Int64?
  /// Seconds since 1970, UTC; so are all times in the store.
  public var started: Int64
  public var ended: Int64?
  public var stopped: String?
  public var kernel: String
  public var tool: String
  public var workers: Int
  public var selfTest: String?
  /// JSON: capability to `yes`, or the reason why not.
  public var capabilities: String?
  /// The version of the simulated kernel under test; `nil` for the newest.
  public var variant: String?

  public mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}
