/// What kind of memory an operation touches, for statistics and weights: the columns of the coverage table.
public enum MemoryKind: UInt8, CaseIterable, Hashable, Sendable {
  /// The operation touches none: `process`, `cancel` and the like.
  case none
  /// A window with nothing mapped there.
  case unmapped
  /// An address outside all windows.
  case special
  case anonymousPrivate
  case anonymousShared
  case anonymousPrivateHuge
  case anonymousSharedHuge
  case hugetlbPrivate
  case hugetlbShared
  case memfdShared
  case memfdPrivate
  case memfdHugetlbShared
  case memfdHugetlbPrivate
  case memfdTHPShared
  case memfdTHPPrivate
  case tmpfsShared
  case tmpfsPrivate
  case diskShared
  case diskPrivate
  case anonymousObjectShared
  case anonymousObjectPrivate
  case sysvShared

  public init(_ kind: FileKind, _ sharing: Sharing) {
    let isShared = sharing == .shared
    switch kind {
    case .memfd: self = isShared ? .memfdShared : .memfdPrivate
    case .memfdHugetlb: self = isShared ? .memfdHugetlbShared : .memfdHugetlbPrivate
    case .memfdTHP: self = isShared ? .memfdTHPShared : .memfdTHPPrivate
    case .tmpfs: self = isShared ? .tmpfsShared : .tmpfsPrivate
    case .disk: self = isShared ? .diskShared : .diskPrivate
    case .anonymousShared: self = isShared ? .anonymousObjectShared : .anonymousObjectPrivate
    case .sysv: self = .sysvShared
    }
  }

  /// Anonymous memory mapped with these flags.
  public init(anonymous sharing: Sharing, _ options: MapOptions) {
    let isShared = sharing == .shared
    if options.contains(.hugetlb) {
      self = isShared ? .hugetlbShared : .hugetlbPrivate
    } else if options.contains(.huge) {
      self = isShared ? .anonymousSharedHuge : .anonymousPrivateHuge
    } else {
      self = isShared ? .anonymousShared : .anonymousPrivate
    }
  }

  /// Column head of the table.
  public var label: String {
    switch self {
    case .none: "none"
    case .unmapped: "unmapped"
    case .special: "special"
    case .anonymousPrivate: "anon-p"
    case .anonymousShared: "anon-s"
    case .anonymousPrivateHuge: "thp-p"
    case .anonymousSharedHuge: "thp-s"
    case .hugetlbPrivate: "htlb-p"
    case .hugetlbShared: "htlb-s"
    case .memfdShared: "memfd-s"
    case .memfdPrivate: "memfd-p"
    case .memfdHugetlbShared: "mhtlb-s"
    case .memfdHugetlbPrivate: "mhtlb-p"
    case .memfdTHPShared: "mthp-s"
    case .memfdTHPPrivate: "mthp-p"
    case .tmpfsShared: "tmpfs-s"
    case .tmpfsPrivate: "tmpfs-p"
    case .diskShared: "disk-s"
    case .diskPrivate: "disk-p"
    case .anonymousObjectShared: "obj-s"
    case .anonymousObjectPrivate: "obj-p"
    case .sysvShared: "sysv"
    }
  }
}
