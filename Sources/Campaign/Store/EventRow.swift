import GRDB

/// What happened to a finding.
public struct EventRow: Codable, Sendable, FetchableRecord, PersistableRecord {
  public static let databaseTableName = "event"
  public var id: Int64?
  public var finding: Int64
  public var at: Int64
  public var state: FindingState
  public var text: String
}
