import CKeywake

/// What goes on beside races, to widen their windows.
public enum Noise: String, CaseIterable, Sendable {
  /// All memory of the agents is asked to leave, again and again.
  case reclaim
  /// The whole host's caches are dropped.
  case dropCaches = "drop-caches"
  /// The whole host's memory is compacted: pages move.
  case compact
  /// A process for each processor, of lower priority, that is busy now and then.
  case hog
  /// The agents' memory control group is made to give up what it can do without.
  case memoryGroup = "memory-group"
  /// KSM looks at all anonymous memory of the agents.
  case ksm

  /// It acts on the whole host, or makes something on it.
  public var isSystemWide: Bool { self != .reclaim && self != .hog }

  /// Its bit in `kw_settings.noise`; KSM is a setting of its own.
  var bit: UInt8 {
    switch self {
    case .reclaim: 1 << UInt8(KW_NOISE_RECLAIM.rawValue)
    case .dropCaches: 1 << UInt8(KW_NOISE_DROP_CACHES.rawValue)
    case .compact: 1 << UInt8(KW_NOISE_COMPACT.rawValue)
    case .hog: 1 << UInt8(KW_NOISE_HOG.rawValue)
    case .memoryGroup: 1 << UInt8(KW_NOISE_MEMORY_GROUP.rawValue)
    case .ksm: 0
    }
  }
}
