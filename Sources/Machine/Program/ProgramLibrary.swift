/// Programs by name: the ones that come with Keywake, and those that a user adds.
public struct ProgramLibrary: Sendable {
  public private(set) var programs: [String: Program] = [:]
  /// Names in the order of the listings.
  public private(set) var names: [String] = []

  public init() {}

  private static let texts = [
    (text: ProgramText.gup, file: "gup.kwp"), (ProgramText.env, "env.kwp"), (ProgramText.rmap, "rmap.kwp"),
    (ProgramText.futex, "futex.kwp"), (ProgramText.wait, "wait.kwp"), (ProgramText.derive, "derive.kwp"),
  ]

  /// The kernel's own programs.
  public static func builtIn() throws(ProgramError) -> ProgramLibrary {
    var library = ProgramLibrary()
    for (text, file) in texts { try library.add(text: text, file: file) }
    return library
  }

  /// One of the kernel's own programs as it is written, from its heading to its end, under another name.
  /// - Returns: `nil` when there is none of that name.
  public static func copy(of name: String, as new: String) -> String? {
    for (text, _) in texts {
      var block: [Substring] = []
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        if block.isEmpty, !line.hasPrefix("program \(name) ") { continue }
        block.append(line)
        guard line == "end" else { continue }
        let head = block[0].dropFirst("program \(name)".count)
        return (["program \(new)\(head)"] + block.dropFirst().map(String.init)).joined(separator: "\n") + "\n"
      }
    }
    return nil
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
