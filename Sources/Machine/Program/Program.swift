/// One kernel algorithm as a listing: read from text, printed beside traces, compared, mutated.
public struct Program: Sendable, Hashable {
  /// How the words of a key it makes are meant.
  public enum KeyForm: String, Sendable, Hashable {
    /// `key.ptr` of a file key points to the inode.
    case pointer
    /// It is the inode's sequence number.
    case sequence
  }

  /// `derive.4.6`: the part before the first dot is the kind of program.
  public var name: String
  /// File and line of the heading.
  public var file: String
  public var place: SourcePlace
  public var title: String
  /// Where it comes from as a whole.
  public var source: String
  public var keyForm: KeyForm
  /// A key holds a reference on its inode or mm, so that it must be dropped.
  public var keyHoldsReference: Bool
  /// The key of a waiter in the queue holds one, whoever took it.
  public var waiterHoldsReference: Bool
  /// Never waits for the page lock when the page has a mapping, as its author says.
  public var claimsNoPageLock: Bool
  /// The lane's other operations, when they differ from today's: `drop` to the name of the program.
  public var companions: [String: String]
  /// What a reverse-map lookup promises its callers.
  public var promises: LookupPromises = []
  public var parameters: [String]
  public var results: [String]
  /// Variables in order of declaration.
  public var variables: [Variable]
  public var lines: [ProgramLine]

  public struct Variable: Sendable, Hashable {
    public var name: String
    public var type: ValueType
  }

  public var kind: String { Self.kind(name) }
  /// What stands before the dot of a program's name.
  public static func kind(_ name: String) -> String { String(name.prefix { $0 != "." }) }
  /// A derivation's version, as users name it; any other name as it is.
  public static func version(_ name: String) -> String {
    name.hasPrefix("derive.") ? String(name.dropFirst("derive.".count)) : name
  }
  /// It derives futex keys.
  public var isDerivation: Bool { kind == "derive" }

  /// It finds and locks the anon_vma of a page.
  public var isReverseMap: Bool { kind == "rmap" }
  /// It is how an era wakes; its companions are how it waits and what goes with both.
  public var isWake: Bool { kind == "wake" }

  func variable(_ name: String) -> Variable? { variables.first { $0.name == name } }
}
