/// The kinds of operation. The raw value is the byte form's and is never given to another kind.
public enum OperationKind: UInt8, CaseIterable, Sendable, Hashable {
  case process = 0
  case fork = 1
  case thread = 2
  case exit = 3
  case file = 4
  case truncate = 5
  case grow = 6
  case punch = 7
  case dropCaches = 8
  case close = 9
  case unlink = 10
  case rename = 11
  case reopen = 12
  case map = 13
  case unmap = 14
  case remap = 15
  case protect = 16
  case remove = 17
  case dontneed = 18
  case pageout = 19
  case swapin = 20
  case collapse = 21
  case split = 22
  case merge = 23
  case lockMemory = 24
  case store = 25
  case load = 26
  case wait = 27
  case waitv = 28
  case wake = 29
  case requeue = 30
  case compareRequeue = 31
  case wakeOp = 32
  case cancel = 33
  case lockPI = 34
  case tryLockPI = 35
  case unlockPI = 36
  case robust = 37
  case clearTID = 38
  case hashSlots = 39
  case keys = 40
  case evict = 41
  case reuse = 42
  case umount = 43
  case migrate = 44
  case rmapWalk = 45

  /// The word that names it in the text form.
  public var keyword: String { Self.keywords[Int(rawValue)] }

  private static let keywords = [
    "process", "fork", "thread", "exit", "file", "truncate", "grow", "punch", "drop-caches", "close", "unlink",
    "rename", "reopen", "map", "unmap", "remap", "protect", "remove", "dontneed", "pageout", "swapin", "collapse",
    "split", "merge", "lock-memory", "store", "load", "wait", "waitv", "wake", "requeue", "cmp-requeue", "wake-op",
    "cancel", "lock-pi", "trylock-pi", "unlock-pi", "robust", "clear-tid", "hash-slots", "keys", "evict", "reuse",
    "umount", "migrate", "rmap-walk",
  ]
  private static let byKeyword = Dictionary(uniqueKeysWithValues: allCases.map { ($0.keyword, $0) })

  public init?(keyword: some StringProtocol) {
    guard let kind = Self.byKeyword[String(keyword)] else { return nil }
    self = kind
  }

  /// Runs on the Machine only: no user space can do it to a live kernel at will.
  public var isMachineOnly: Bool { rawValue >= Self.evict.rawValue }
  /// No actor of the scenario does it.
  public var hasNoActor: Bool { self == .process || self == .file || self == .keys }
}

extension Action {
  public var kind: OperationKind {
    switch self {
    case .process: .process
    case .fork: .fork
    case .thread: .thread
    case .exit: .exit
    case .file: .file
    case .truncate: .truncate
    case .grow: .grow
    case .punch: .punch
    case .dropCaches: .dropCaches
    case .close: .close
    case .unlink: .unlink
    case .rename: .rename
    case .reopen: .reopen
    case .map: .map
    case .unmap: .unmap
    case .remap: .remap
    case .protect: .protect
    case .remove: .remove
    case .dontneed: .dontneed
    case .pageout: .pageout
    case .swapin: .swapin
    case .collapse: .collapse
    case .split: .split
    case .merge: .merge
    case .lockMemory: .lockMemory
    case .store: .store
    case .load: .load
    case .wait: .wait
    case .waitv: .waitv
    case .wake: .wake
    case .requeue: .requeue
    case .compareRequeue: .compareRequeue
    case .wakeOp: .wakeOp
    case .cancel: .cancel
    case .lockPI: .lockPI
    case .tryLockPI: .tryLockPI
    case .unlockPI: .unlockPI
    case .robust: .robust
    case .clearTID: .clearTID
    case .hashSlots: .hashSlots
    case .keys: .keys
    case .evict: .evict
    case .reuse: .reuse
    case .umount: .umount
    case .migrate: .migrate
    case .rmapWalk: .rmapWalk
    }
  }
}
