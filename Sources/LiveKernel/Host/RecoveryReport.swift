/// What `HostJournal.recover` found and did.
public struct RecoveryReport: Codable, Equatable, Sendable {
  /// Runs that had ended without undoing their changes, by name (`PID-STARTTIME-NUMBER`).
  public internal(set) var recovered: [String] = []
  /// Runs that are still going on; their changes were left alone.
  public internal(set) var running: [String] = []
  /// Number of changes undone.
  public internal(set) var undone = 0
  public internal(set) var failures: [UndoFailure] = []
  /// Journal folders that could not be looked at, with the reason.
  public internal(set) var unreadable: [String] = []

  public init() {}

  public var text: String {
    var lines: [String] = []
    if !recovered.isEmpty {
      lines.append(
        "undid \(undone) changes left by \(recovered.count) ended runs: \(recovered.joined(separator: ", "))")
    }
    if !running.isEmpty { lines.append("left alone, still running: \(running.joined(separator: ", "))") }
    lines += failures.map { "could not undo: \($0)" }
    lines += unreadable
    return lines.isEmpty ? "nothing to undo" : lines.joined(separator: "\n")
  }
}
