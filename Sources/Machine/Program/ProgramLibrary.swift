/// Programs by name: the ones that come with Keywake, and those that a user adds.
public struct ProgramLibrary: Sendable {
  public private(set) var programs: [String: Program] = [:]
  /// Names in the order of the listings.
  public private(set) var names: [String] = []

  public init() {}

  /// The kernel's own programs.
  public static func builtIn() throws(ProgramError) -> ProgramLibrary {
    var library = ProgramLibrary()
    for (text, file) in [
      (ProgramText.gup, "gup.kwp"), (ProgramText.env, "env.kwp"), (ProgramText.rmap, "rmap.kwp"),
      (ProgramText.futex, "futex.kwp"), (ProgramText.wait, "wait.kwp"), (ProgramText.derive, "derive.kwp"),
    ] {
      try library.add(text: text, file: file)
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
