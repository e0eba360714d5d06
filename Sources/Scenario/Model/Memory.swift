/// What a file is made of. The raw value is the byte form's.
public enum FileKind: UInt8, CaseIterable, Sendable {
  /// `memfd_create`: shmem, no name.
  case memfd = 0
  /// `memfd_create(MFD_HUGETLB)`: pages of 2 MiB.
  case memfdHugetlb = 1
  /// A named file on tmpfs.
  case tmpfs = 2
  /// A named file on a disk file system (page cache with write-back).
  case disk = 3
  /// The object behind `mmap(MAP_SHARED | MAP_ANONYMOUS)`: shmem without name and without descriptor.
  case anonymousShared = 4
  /// A System V segment (`shmget`, `shmat`).
  case sysv = 5
  /// `memfd_create`, counted in pages of 2 MiB so that transparent huge pages fit.
  case memfdTHP = 6

  public var keyword: String {
    switch self {
    case .memfd: "memfd"
    case .memfdHugetlb: "memfd-hugetlb"
    case .tmpfs: "tmpfs"
    case .disk: "disk"
    case .anonymousShared: "anonymous-shared"
    case .sysv: "sysv"
    case .memfdTHP: "memfd-thp"
    }
  }
  /// Has a path: can be unlinked, renamed and opened again.
  public var hasName: Bool { self == .tmpfs || self == .disk }
  /// Bytes of a page, as the language counts this file's pages.
  public var pageBytes: UInt32 {
    self == .memfdHugetlb || self == .memfdTHP ? Limits.hugePageBytes : Limits.pageBytes
  }
  /// Is reached through a file descriptor: can be truncated, grown, punched, advised and closed.
  public var hasDescriptor: Bool { self != .anonymousShared && self != .sysv }
}

/// `MAP_SHARED` or `MAP_PRIVATE`.
public enum Sharing: UInt8, CaseIterable, Sendable {
  case shared = 0
  case `private` = 1
  public var keyword: String { self == .shared ? "shared" : "private" }
}

/// `PROT_*` of a mapping.
public enum Protection: UInt8, CaseIterable, Sendable {
  case none = 0
  case read = 1
  case write = 2
  case readWrite = 3
  public var keyword: String {
    switch self {
    case .none: "none"
    case .read: "r"
    case .write: "w"
    case .readWrite: "rw"
    }
  }
  public var readable: Bool { rawValue & 1 != 0 }
  public var writable: Bool { rawValue & 2 != 0 }
}

/// Where a mapping's pages come from.
public enum MapSource: Hashable, Sendable {
  /// Pages of a file; the range may lie beyond its end.
  case file(FileID, PageRange)
  /// `MAP_ANONYMOUS`, of 1...`Limits.pages` pages.
  case anonymous(pages: UInt8)
}

/// Further flags of `map`. The raw value is the byte form's.
public struct MapOptions: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue & 7 }
  /// `MAP_POPULATE`.
  public static let populate = MapOptions(rawValue: 1)
  /// `madvise(MADV_HUGEPAGE)` right after the mapping is made; an anonymous mapping then has pages of 2 MiB.
  public static let huge = MapOptions(rawValue: 2)
  /// `MAP_HUGETLB`; anonymous sources only, pages of 2 MiB.
  public static let hugetlb = MapOptions(rawValue: 4)
  /// The flags with their keywords, in the order of the text form.
  public static let keywords: [(MapOptions, String)] = [
    (.populate, "populate"), (.huge, "huge"), (.hugetlb, "hugetlb"),
  ]
}
