import SystemPackage

/// What a stress run does.
public struct StressOptions: Sendable {
  /// Waiters in all; each waits again when it was woken.
  public var waiters = 1024
  /// Processes that change words and wake, requeue, truncate, punch, page out and fork.
  public var lanes = 2
  /// Processes in whose rings the waiters are.
  public var sleepers = 2
  public var seed: UInt64 = 0
  public var kinds = Set(StressMemory.allCases)
  /// `pageout` is asked for.
  public var pageout = true
  public var forks = true
  /// Folders for files that are unlinked at once; `nil`: none of the kind.
  public var tmpfsFolder: FilePath? = "/dev/shm"
  public var diskFolder: FilePath? = "/var/tmp"
  /// The agent's executable; `nil` looks beside the running program.
  public var agent: FilePath?

  public static let mostLanes = 8
  public static let mostSleepers = 4
  public static let mostWaiters = 100_000

  public init() {}
}

/// Kinds of memory in which a stress run has words.
public enum StressMemory: UInt32, CaseIterable, Sendable {
  case memfd
  case tmpfs
  case disk
  case anonymousShared
  case sysv
  /// A memfd in which the kernel is asked for huge pages.
  case memfdHuge
  case anonymousPrivate

  public var name: String {
    switch self {
    case .memfd: "memfd"
    case .tmpfs: "tmpfs"
    case .disk: "disk"
    case .anonymousShared: "anonymous-shared"
    case .sysv: "sysv"
    case .memfdHuge: "memfd-thp"
    case .anonymousPrivate: "anonymous-private"
    }
  }
}
