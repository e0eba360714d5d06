/// How often the generator draws what: relative weights, all in this one table.
public struct Weights: Hashable, Sendable {
  /// By raw value of `OperationKind`.
  private var operations: [Int]
  /// By raw value of `FileKind`.
  private var files: [Int]
  /// Percentages.
  public var chances = Chances()

  /// Percentages of what is drawn with yes or no.
  public struct Chances: Hashable, Sendable {
    /// A wake is aimed at a waiter that sleeps.
    public var aimedWake = 88
    /// A word is one of the scenario's few favourite ones.
    public var favouriteWord = 72
    /// A futex call is private.
    public var privateCall = 18
    /// A futex call is made through futex2.
    public var futex2 = 15
    /// A wait has a time-out.
    public var timeout = 12
    /// An address is none of a window.
    public var special = 3
    /// A slot operation goes to a window with nothing in it.
    public var unmappedSlot = 4
    /// A mapping is anonymous.
    public var anonymous = 30
    /// An anonymous mapping has huge pages.
    public var hugePages = 25
    /// A mapping is private.
    public var privateMapping = 30
    /// A scenario has a race.
    public var race = 40
    /// A scenario ends with `keys`.
    public var finalKeys = 30

    public init() {}
  }

  public subscript(kind: OperationKind) -> Int {
    get { operations[Int(kind.rawValue)] }
    set { operations[Int(kind.rawValue)] = newValue }
  }
  public subscript(kind: FileKind) -> Int {
    get { files[Int(kind.rawValue)] }
    set { files[Int(kind.rawValue)] = newValue }
  }

  public init() {
    operations = OperationKind.allCases.map(Self.standard)
    files = FileKind.allCases.map(Self.standard)
  }

  private static func standard(_ kind: OperationKind) -> Int {
    switch kind {
    case .process: 4
    case .fork: 14
    case .thread: 8
    case .exit: 6
    case .file: 10
    case .truncate: 14
    case .grow: 8
    case .punch: 10
    case .dropCaches: 8
    case .close: 5
    case .unlink: 5
    case .rename: 4
    case .reopen: 5
    case .map: 40
    case .unmap: 12
    case .remap: 14
    case .protect: 14
    case .remove: 10
    case .dontneed: 12
    case .pageout: 24
    case .swapin: 12
    case .collapse: 8
    case .split: 8
    case .merge: 5
    case .lockMemory: 6
    case .store: 30
    case .load: 14
    case .wait: 110
    case .waitv: 14
    case .wake: 130
    case .requeue: 18
    case .compareRequeue: 18
    case .wakeOp: 14
    case .cancel: 10
    case .lockPI: 5
    case .tryLockPI: 5
    case .unlockPI: 5
    case .robust: 4
    case .clearTID: 4
    case .hashSlots: 3
    case .keys: 14
    case .evict: 6
    case .reuse: 5
    case .umount: 4
    case .migrate: 8
    case .rmapWalk: 8
    }
  }

  private static func standard(_ kind: FileKind) -> Int {
    switch kind {
    case .memfd: 36
    case .memfdHugetlb: 6
    case .tmpfs: 20
    case .disk: 18
    case .anonymousShared: 10
    case .sysv: 8
    case .memfdTHP: 6
    }
  }
}
