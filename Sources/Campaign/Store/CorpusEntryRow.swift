import GRDB

/// An input that a coverage-guided target kept.
public struct CorpusEntryRow: Codable, Sendable, FetchableRecord, PersistableRecord {
  public static let databaseTableName = "corpusEntry"
  public var target: String
  public var name: String
  public var bytes: Int64
  public var added: Int64
  public var shift: Int64?
  /// Counters that the target had reached when it was added.
  public var coverage: Int64?
}
