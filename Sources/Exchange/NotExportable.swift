/// Why a scenario cannot leave in some form, and which operation is to blame.
public struct NotExportable: Error, Hashable, Sendable, CustomStringConvertible {
  /// 1-based number of the operation; 0 for the scenario as a whole.
  public var operation: Int
  public var text: String
  public var reason: String

  public var description: String {
    operation == 0 ? reason : "operation \(operation), '\(text)': \(reason)"
  }
}
