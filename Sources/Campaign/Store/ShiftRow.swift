import GRDB

/// One life of a worker process.
public struct ShiftRow: Codable, Sendable, FetchableRecord, MutablePersistableRecord {
  public static let databaseTableName = "shift"
  public var id: Int64?
  public var run: Int64
  public var slot: Int
  /// A worker kind's name, or `triage`.
  public var kind: String
  public var seed: Int64
  public var command: String
  public var started: Int64
  public var ended: Int64?
  public var state: State
  public var executions: Int64 = 0
  public var operations: Int64 = 0
  public var seconds: Double = 0
  public var coverage: Int64?
  /// KiB.
  public var peakMemory: Int64?
  /// What is worth saying of its end.
  public var note: String?

  public mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }

  public enum State: String, Codable, Sendable, CaseIterable {
    case running
    /// It ended by itself, with a documented exit code.
    case done
    /// The campaign ended before it.
    case interrupted
    /// It ended by a signal or with an undocumented exit code.
    case crashed
    /// It did not end in its time.
    case hung
    /// It grew beyond the memory allowed.
    case outgrew
    /// It wrote more than is read.
    case flooded
    /// It ended with a fault of Keywake's own, or could not be started.
    case failed

    public var isTrouble: Bool {
      switch self {
      case .running, .done, .interrupted: false
      case .crashed, .hung, .outgrew, .flooded, .failed: true
      }
    }
  }
}
