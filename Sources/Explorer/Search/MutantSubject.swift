import Machine

/// A program whose mutants are tried, and what it runs with.
public struct MutantSubject: Sendable {
  /// What a race runs with.
  public struct Setting: Sendable, Hashable {
    public var variant = "derive.current"
    public var rmap = Linker.currentReverseMap
    public var wake: String?
    public var memories: [MemoryModel]
  }
  public var program: String
  /// In this order, until one objects.
  public var settings: [Setting]

  /// Kinds of program that belong to the reverse map, and to waiting and waking.
  public static let reverseMapKinds = ["rmap", "unlock", "join", "put", "before", "after"]
  public static let waitingKinds = ["wake", "wait", "refs", "sched"]

  /// - Parameter memories: `nil` for what suits the program.
  public init(_ program: String, _ library: ProgramLibrary, memories: [MemoryModel]?) {
    self.program = program
    let kind = Program.kind(program)
    let isWaiting = Self.waitingKinds.contains(kind)
    let usual = Setting(memories: memories ?? (isWaiting ? [.sc, .tso, .weak] : [.sc]))
    var settings: [Setting] = []
    if kind == "derive" {
      settings = [usual]
      settings[0].variant = program
    } else if Self.reverseMapKinds.contains(kind) {
      // Whoever drops the last reference itself goes with those that drop any.
      let known = program == "put.last" ? "put.locked" : program
      settings = library.reverseMaps.filter { Linker.goes(known, with: $0) }.map { form in
        var setting = usual
        setting.rmap = form.name
        return setting
      }
    } else if isWaiting {
      settings = library.wakes.filter { Linker.goes(program, with: $0) }.map { era in
        var setting = usual
        setting.wake = era.name
        setting.variant = era.companions["derive"] ?? usual.variant
        return setting
      }
    }
    // Eras differ in little from one to the next, and store buffers are dear.
    self.settings = isWaiting && settings.count > 2 ? [settings[0], settings[settings.count - 1]] : settings
    if settings.isEmpty { self.settings = [usual] }
  }

  /// What its mutants do, until somebody objects.
  public func studies(_ library: ProgramLibrary, _ litmus: [Litmus]) throws(ProgramError) -> [MutationStudy] {
    var studies: [MutationStudy] = []
    for setting in settings {
      studies.append(try MutationStudy(setting, of: [program], library: library, litmus: litmus))
    }
    return studies
  }

  /// Derivations from 5.14 on, the environment, the reverse map, waiting and waking.
  public static func all(_ library: ProgramLibrary, memories: [MemoryModel]?) -> [MutantSubject] {
    let clean = ["derive.5.14", "derive.6.1", "derive.6.12", "derive.current"].filter { library[$0] != nil }
    let kinds = ["env"] + reverseMapKinds + waitingKinds
    let rest = library.names.filter { kinds.contains(Program.kind($0)) }
    return (clean + rest).map { MutantSubject($0, library, memories: memories) }
  }
}
