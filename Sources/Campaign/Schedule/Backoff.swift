/// How long a slot waits after its worker failed: doubled with each failure in a row, up to a minute.
public struct Backoff: Sendable {
  private var failures = 0
  public init() {}

  /// Seconds to wait.
  public mutating func failed() -> Double {
    failures += 1
    return min(60, Double(1 << min(failures - 1, 6)))
  }
  public mutating func succeeded() { failures = 0 }
}
