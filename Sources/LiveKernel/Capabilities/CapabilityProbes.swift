import SystemPackage

/// Probes each capability once. A probe leaves nothing behind and changes nothing of the host.
///
/// It accepts the errors that it knows a reason for; any other one is `.unexpected`.
public struct CapabilityProbes {
  let host: any ProbeEnvironment
  /// Where files on tmpfs and on a disk may go, in the order of preference.
  let tmpfsFolders: [FilePath]
  let diskFolders: [FilePath]

  /// - Parameters:
  ///   - tmpfsFolder: for the files of scenarios on tmpfs; `/dev/shm`, `/run` or `/tmp` when nil.
  ///   - diskFolder: for files on a disk and for a swap file; `/var/tmp`, `/tmp`, the current folder when nil.
  public init(
    host: any ProbeEnvironment = HostProbeEnvironment(), tmpfsFolder: FilePath? = nil, diskFolder: FilePath? = nil
  ) {
    self.host = host
    tmpfsFolders = tmpfsFolder.map { [$0] } ?? ["/dev/shm", "/run", "/tmp"]
    diskFolders = diskFolder.map { [$0] } ?? ["/var/tmp", "/tmp", "."]
  }

  public func report() -> CapabilityReport {
    let release = (try? host.trimmedText("/proc/sys/kernel/osrelease").get()) ?? "unknown"
    return CapabilityReport(
      kernelRelease: release,
      entries: Capability.allCases.map { CapabilityReport.Entry(capability: $0, answer: probe($0)) },
      tmpfsFolder: tmpfs.folder, diskFolder: disk.folder)
  }

  public func probe(_ capability: Capability) -> CapabilityAnswer {
    switch capability {
    case .pageSize4096: pageSize
    case .ioUringFutex: ioUringFutex
    case .futex2: futex2
    case .futexWaitv: futexWaitv
    case .futex2NUMA: futex2Flag(0x04, "FUTEX2_NUMA")
    case .futex2MPOL: futex2Flag(0x08, "FUTEX2_MPOL")
    case .futexHash: futexHash
    case .priorityInheritance: priorityInheritance
    case .pageout: advice(21, "MADV_PAGEOUT", since: "5.4")
    case .populateRead: advice(22, "MADV_POPULATE_READ", since: "5.14")
    case .collapse: collapse
    case .hugeAnonymous: hugeAnonymous
    case .hugeShared: hugeShared
    case .hugetlb: hugetlb
    case .memfd: memfd
    case .memfdHugetlb: memfdHugetlb
    case .tmpfsFolder: tmpfs.answer
    case .diskFolder: disk.answer
    case .samePageMerging: samePageMerging
    case .sharedMemorySegments: sharedMemorySegments
    case .swap: swap
    case .swapFile: swapFile
    case .dropCaches: dropCaches
    case .pagemap: pagemap
    case .procSyscall: procFile("syscall", option: "CONFIG_HAVE_ARCH_TRACEHOOK")
    case .procWchan: waitChannel
    case .procStack: procFile("stack", option: "CONFIG_STACKTRACE")
    case .mapFiles: mapFiles
    case .memoryControlGroup: memoryControlGroup
    case .ptrace: ptrace
    case .kernelLog: kernelLog
    case .memoryLock: memoryLock
    }
  }

  /// An answer for the result of a call: nil when it succeeded or failed with an error in `accepted`; the reason that
  /// `known` has for another error; or unexpected.
  func failure(
    _ result: Result<Int, Errno>, of call: String, accepting accepted: [Errno] = [],
    known: (Errno) -> (reason: String, fix: String)?
  ) -> CapabilityAnswer? {
    guard case .failure(let error) = result, !accepted.contains(error) else { return nil }
    guard let (reason, fix) = known(error) else { return .unexpected(call: call, errno: error) }
    return .missing(reason: reason, fix: fix)
  }

  /// The fix for what only root may do; for a root that has less than root usually has, what it lacks.
  func needing(_ what: String) -> String {
    host.isRoot ? "root alone is not enough here: it needs \(what)" : "run as root; it needs \(what)"
  }

  /// What ENOSYS and EPERM mean for a system call that is new or may be filtered.
  func newCall(_ name: String, since release: String) -> (Errno) -> (reason: String, fix: String)? {
    { error in
      switch error {
      case .noFunction:
        ("this kernel has no \(name)", "use Linux \(release) or later, or a container runtime that lets it through")
      case .notPermitted, .permissionDenied:
        ("\(name) is forbidden here, by seccomp or a security module", "allow it in the container's seccomp profile")
      default: nil
      }
    }
  }
}
