/// Programs by name: the ones that come with Keywake, and those that a user adds.
public struct ProgramLibrary: Sendable {
  public private(set) var programs: [String: Program] = [:]
  /// Names in the order of the listings.
  public private(set) var names: [String] = []

  public init() {}

  /// The kernel's own programs.
  public static func builtIn() throws(ProgramError) -> ProgramLibrary {
    var library = ProgramLibrary()
    for (bytes, file) in [
      (PackageResources.gup_kwp, "gup.kwp"), (PackageResources.env_kwp, "env.kwp"),
      (PackageResources.rmap_kwp, "rmap.kwp"),
      (PackageResources.futex_kwp, "futex.kwp"), (PackageResources.wait_kwp, "wait.kwp"),
      (PackageResources.derive_kwp, "derive.kwp"),
    ] {
      try library.add(text: String(decoding: bytes, as: UTF8.self), file: file)
    }
    return library
  }

  /// Adds the programs of a text. A program with a known name takes the place of the known one.
  @discardableResult public mutating func add(text: String, file: String) throws(ProgramError) -> [Program] {
    let new = try ProgramParser.programs(text, file: file)
    for program in new { add(program) }
    return new
  }

  public mutating func add(_ program: Program) {
    if programs[program.name] == nil { names.append(program.name) }
    programs[program.name] = program
  }

  public subscript(name: String) -> Program? { programs[name] }

  /// The reverse-map lookups, oldest first.
  public var reverseMaps: [Program] { names.compactMap { programs[$0] }.filter(\.isReverseMap) }
  /// The eras of waiting and waking, oldest first.
  public var wakes: [Program] { names.compactMap { programs[$0] }.filter(\.isWake) }
  /// The key derivations, oldest first.
  public var variants: [Program] { names.compactMap { programs[$0] }.filter(\.isDerivation) }
}
