/// Code of single operations, linked once: linking costs far more than running.
///
/// Shared by runners of one library, version and gate, on one thread.
public final class LinkedOperations {
  private struct Key: Hashable {
    var program: String
    var arguments: [UInt8]
  }
  private var codes: [Key: LaneCode] = [:]
  /// Scenarios name few addresses and flags; whoever makes up more begins anew.
  private static let most = 4096

  public init() {}

  /// - Throws: ``ProgramError`` when the operation does not link.
  func code(_ operation: LaneOperation, _ linker: Linker) throws(ProgramError) -> LaneCode {
    let key = Key(program: operation.program, arguments: operation.arguments)
    if let known = codes[key] { return known }
    let code = try linker.code([operation])
    if codes.count >= Self.most { codes = [:] }
    codes[key] = code
    return code
  }
}
