import GRDB

/// Fresh runs of a finding.
public struct ReproductionRow: Codable, Sendable, FetchableRecord, PersistableRecord {
  public static let databaseTableName = "reproduction"
  public var id: Int64?
  public var finding: Int64
  public var at: Int64
  public var kernel: String
  public var waiters: String
  public var attempts: Int
  public var reproduced: Int
  public var others: Int
}
