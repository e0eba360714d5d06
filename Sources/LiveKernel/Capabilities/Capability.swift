/// What a live run can need from the host. The raw values are stable: they stand in scenarios' skip reasons, in
/// `--json` and in findings. The order is the order of the report.
public enum Capability: String, CaseIterable, Codable, Sendable {
  /// Pages of 4096 bytes: addresses in scenarios count on them.
  case pageSize4096 = "page-size-4096"
  /// io_uring with `IORING_OP_FUTEX_WAIT` (Linux 6.7): waiters that need no thread.
  case ioUringFutex = "io-uring-futex"
  /// `futex_wake`, `futex_wait`, `futex_requeue` (Linux 6.7).
  case futex2
  /// `futex_waitv` (Linux 5.16).
  case futexWaitv = "futex-waitv"
  /// `FUTEX2_NUMA` (Linux 6.16).
  case futex2NUMA = "futex2-numa"
  /// `FUTEX2_MPOL` (Linux 6.16).
  case futex2MPOL = "futex2-mpol"
  /// `prctl(PR_FUTEX_HASH)` (Linux 6.16): hash tables of a process of its own.
  case futexHash = "futex-hash"
  /// `FUTEX_LOCK_PI` and its relatives.
  case priorityInheritance = "pi-futex"
  /// `MADV_PAGEOUT` (Linux 5.4).
  case pageout = "madv-pageout"
  /// `MADV_POPULATE_READ` (Linux 5.14).
  case populateRead = "madv-populate-read"
  /// `MADV_COLLAPSE` (Linux 6.1).
  case collapse = "madv-collapse"
  /// Transparent huge pages in anonymous memory.
  case hugeAnonymous = "thp-anonymous"
  /// Transparent huge pages in shared memory (memfd).
  case hugeShared = "thp-shmem"
  /// Pages of the hugetlb pool: free ones, or the right to add some.
  case hugetlb
  /// `memfd_create(2)`.
  case memfd
  /// `memfd_create(2)` with `MFD_HUGETLB`.
  case memfdHugetlb = "memfd-hugetlb"
  /// A folder on tmpfs that files can be made in.
  case tmpfsFolder = "tmpfs-folder"
  /// A folder on a disk that files can be made in, with `fallocate(2)` and hole punching.
  case diskFolder = "disk-folder"
  /// KSM compiled in, and running or allowed to be started.
  case samePageMerging = "ksm"
  /// `shmget(2)`.
  case sharedMemorySegments = "sysv-shm"
  /// Swap space in use.
  case swap
  /// The right and the place to make a swap file.
  case swapFile = "swap-file"
  /// `/proc/sys/vm/drop_caches`.
  case dropCaches = "drop-caches"
  /// `/proc/PID/pagemap`.
  case pagemap
  /// `/proc/PID/syscall` of another process.
  case procSyscall = "proc-syscall"
  /// `/proc/PID/wchan` of another process.
  case procWchan = "proc-wchan"
  /// `/proc/PID/stack` of another process.
  case procStack = "proc-stack"
  /// `/proc/PID/map_files`.
  case mapFiles = "map-files"
  /// A memory control group, version 1 or 2, in which groups can be made.
  case memoryControlGroup = "memory-cgroup"
  /// `ptrace(2)` of a child: user stacks of a hung agent.
  case ptrace
  /// Reading `/dev/kmsg`.
  case kernelLog = "kernel-log"
  /// `mlock(2)` of what the largest scenario locks.
  case memoryLock = "memory-lock"

  public var name: String { rawValue }
}
