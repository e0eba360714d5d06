import SystemPackage

/// A change that could not be undone. Its record stays in the journal; the next recovery tries again.
public struct UndoFailure: Error, Codable, Equatable, Sendable, CustomStringConvertible {
  /// The run that made the change.
  public let run: String
  /// The record: kind and what it concerns.
  public let change: String
  /// Why: an errno.
  public let errno: Int32

  public var description: String { "run \(run): \(change): \(Errno(rawValue: errno).name)" }
}
