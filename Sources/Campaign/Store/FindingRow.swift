import CrossCheck
import GRDB

/// One signature.
public struct FindingRow: Codable, Sendable, FetchableRecord, MutablePersistableRecord {
  public static let databaseTableName = "finding"
  public var id: Int64?
  public var signature: String
  /// The kind of worker that found it first.
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
  /// How it was made: seeds and noise, for what is flaky.
  public var settings: String?
  public var knownIssue: String?
  /// Files below the campaign's folder.
  public var minimal: String?
  public var program: String?
  /// Of a finding of the simulated kernel: its version.
  public var variant: String?
  /// Below the campaign's folder: the page that explains such a finding.
  public var explained: String?
  public var next: TriageStep?
  public var attempts = 0

  /// Shown by a race's run among many, on the live kernel.
  var isLiveRace: Bool {
    rule == Divergence.raceRule
      || source == WorkerKind.liveRaces.name && rule != "crash" && rule != Divergence.kernelLogRule
  }
  /// Shown by the simulated kernel, which always does the same.
  var isOnMachine: Bool { variant != nil }
  /// Shown by a long run of many waiters; there is no scenario of it.
  var isStress: Bool { source == WorkerKind.stress.name && rule != "crash" }

  public mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}
