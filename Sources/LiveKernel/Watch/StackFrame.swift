/// One frame of a user stack.
public struct StackFrame: Codable, Equatable, Sendable, CustomStringConvertible {
  /// Address of the instruction.
  public var address: UInt64
  /// The function, as the symbol table names it; nil when it has no name.
  public var function: String?
  /// Bytes from the function's start, or from the module's when the function is unknown.
  public var offset: UInt64
  /// The file that is mapped there; nil when none is.
  public var module: String?

  public var description: String {
    let place = "0x" + String(address, radix: 16)
    guard let function else { return "\(place) in \(module ?? "?")+0x\(String(offset, radix: 16))" }
    return "\(place) \(function)+0x\(String(offset, radix: 16))" + (module.map { " (\($0))" } ?? "")
  }
}
