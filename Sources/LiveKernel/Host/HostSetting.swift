import SystemPackage

/// A setting of the whole host: a file of `/proc/sys` or `/sys` that holds one value.
///
/// Runs share a setting by leases: the original value is kept from before the first, and comes back with the end of
/// the last one, in whatever order they end. It comes back also if somebody else changed the setting meanwhile.
public struct HostSetting: Equatable, Sendable {
  /// How the values of runs at the same time combine.
  public enum Combination: Int32, Sendable {
    /// All want the same value; a run that wants another one gets EBUSY.
    case exact = 0
    /// Each run adds to the original value.
    case sum = 1
  }

  public let path: FilePath
  public let combination: Combination

  public init(_ path: FilePath, _ combination: Combination = .exact) {
    self.path = path
    self.combination = combination
  }

  /// `always`, `madvise` or `never`: Documentation/admin-guide/mm/transhuge.rst.
  public static let anonymousHugePages = HostSetting("/sys/kernel/mm/transparent_hugepage/enabled")
  /// `always`, `within_size`, `advise`, `never`, `deny` or `force`: the same page.
  public static let sharedMemoryHugePages = HostSetting("/sys/kernel/mm/transparent_hugepage/shmem_enabled")
  /// Huge pages of 2 MiB in the kernel's pool: Documentation/admin-guide/mm/hugetlbpage.rst.
  public static let hugePages = HostSetting("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", .sum)
  /// 1 while KSM scans: Documentation/admin-guide/mm/ksm.rst; `ksmPagesToScan` and `ksmSleep` set its pace.
  public static let ksmRun = HostSetting("/sys/kernel/mm/ksm/run")
  public static let ksmPagesToScan = HostSetting("/sys/kernel/mm/ksm/pages_to_scan")
  /// Milliseconds.
  public static let ksmSleep = HostSetting("/sys/kernel/mm/ksm/sleep_millisecs")
}
