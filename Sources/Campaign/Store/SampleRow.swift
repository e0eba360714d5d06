import GRDB

/// Totals of the whole campaign at one moment.
public struct SampleRow: Codable, Sendable, FetchableRecord, PersistableRecord {
  public static let databaseTableName = "sample"
  public var id: Int64?
  public var run: Int64
  public var at: Int64
  /// Time that the campaign has worked, all its runs together, in seconds.
  public var worked: Double
  public var executions: Int64
  public var operations: Int64
  /// Counters of the coverage-guided targets that were reached.
  public var coverage: Int64
  public var corpus: Int64
  public var findings: Int64
  /// KiB that the campaign's own process holds.
  public var memory: Int64
  /// Time spent in the store in this run, in seconds.
  public var storeSeconds: Double
}
