/// Single operations ready to run, linked once: linking costs far more than running.
///
/// Shared by runners of one library, version and gate, on one thread.
public final class LinkedOperations {
  private struct Key: Hashable {
    var program: String
    var arguments: [UInt8]
  }
  private var interpreters: [Key: Interpreter<VisiblePromise>] = [:]
  /// Scenarios name few addresses and flags; whoever makes up more begins anew.
  private static let most = 4096

  public init() {}

  /// What runs the operation as the one lane of a race of the version.
  ///
  /// - Throws: ``ProgramError`` when the operation does not link.
  func interpreter(_ operation: LaneOperation, _ linker: Linker, _ variant: Program) throws(ProgramError)
    -> Interpreter<VisiblePromise>
  {
    let key = Key(program: operation.program, arguments: operation.arguments)
    if let known = interpreters[key] { return known }
    let new = Interpreter<VisiblePromise>(lanes: [try linker.code([operation])], variant: variant)
    if interpreters.count >= Self.most { interpreters = [:] }
    interpreters[key] = new
    return new
  }
}
