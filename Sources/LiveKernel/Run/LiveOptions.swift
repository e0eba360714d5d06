import Scenario
import SystemPackage

/// How scenarios run on the live kernel.
public struct LiveOptions: Sendable {
  /// How waiters sleep. A kernel without futex waits in rings uses threads, and `LiveKernel.waiters` says so.
  public var waiters: WaiterKind = .ring
  /// Operations on the whole system (`drop-caches system`) are allowed.
  public var systemWide = false
  /// There is swap space: anonymous pages and shmem can leave.
  public var swap = false
  /// Huge pages are reserved, for `memfd-hugetlb` files and `hugetlb` mappings.
  public var hugePages = false
  /// KSM runs.
  public var samePageMerging = false
  /// The agent's executable; `nil` looks beside the running program.
  public var agent: FilePath?
  /// A folder on tmpfs, in which the run makes one of its own for `tmpfs` files.
  public var tmpfsFolder: FilePath = "/dev/shm"
  /// A folder on a disk file system, in which the run makes one of its own for `disk` files.
  public var diskFolder: FilePath = "/var/tmp"
  /// A run that takes longer hangs. Milliseconds.
  public var limit = 20_000
  /// How long a wake waits for the waiters that it says it has woken. Milliseconds.
  public var completionLimit = 3_000
  /// How often `pageout` asks for pages that could leave and did not.
  public var pageoutAttempts = 20
  /// How long host and agents look for their turn before they sleep, in turns of an idle loop.
  public var spins = 100
  /// All agents run on one processor: a change of turns is several times cheaper there.
  public var oneProcessor = true
  /// Kinds of operation that this host cannot do, with the reason: scenarios that need one are skipped.
  public var missing: [OperationKind: String] = [:]
  /// The same for kinds of file.
  public var missingFiles: [FileKind: String] = [:]
  /// Why `drop-caches system` cannot be done here, though it is allowed.
  public var missingSystemCaches: String?
  /// Races run, each once in a run of its scenario, as the kernel's `schedule` lays them out.
  public var races = false
  /// What goes on beside the runs.
  public var noise: Set<Noise> = []
  /// Agents run in this control group; the noise `memoryGroup` needs it.
  public var memoryGroup: MemoryGroup?
  /// Told when a run hangs, before its agents are killed.
  public var hangObserver: (any HangObserver)?

  public init() {}
}
