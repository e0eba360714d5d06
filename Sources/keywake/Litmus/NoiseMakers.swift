import CrossCheck
import Glibc
import LiveKernel
import SystemPackage

/// The noises that a command makes beside its races, which this host can make.
struct NoiseMakers {
  var noises: Set<Noise> = []
  /// What `memory-group` needs.
  var group: MemoryGroup?

  static let none = NoiseMakers()

  private init() {}

  /// - Throws: the reason why one of them cannot be made here, with exit code 4.
  init(_ list: NoiseList, _ session: LiveSession) throws(CommandFailure) {
    if let reason = list.noises.sorted(by: { $0.rawValue < $1.rawValue }).lazy.compactMap({
      Self.missing($0, session.capabilities)
    }).first {
      throw CommandFailure(message: reason, code: .nothingExecuted)
    }
    noises = list.noises
    if noises.contains(.memoryGroup) { group = try session.memoryGroup() }
  }

  /// Why a noise cannot be made here; `nil` if it can.
  static func missing(_ noise: Noise, _ capabilities: CapabilityReport) -> String? {
    let needed: Capability
    switch noise {
    case .hog, .memoryGroup: return nil
    case .reclaim: needed = .pageout
    case .dropCaches: needed = .dropCaches
    case .ksm: needed = .samePageMerging
    case .compact:
      let path = "/proc/sys/vm/compact_memory"
      if access(path, W_OK) == 0 { return nil }
      return
        "no compact: \(path) cannot be written: \(Errno(rawValue: errno)); run as root, on a kernel with CONFIG_COMPACTION"
    }
    return capabilities.skipReason(needing: [needed]).map { "no \(noise.rawValue): \($0)" }
  }
}

extension NoiseList {
  /// - Throws: when one of them acts on the whole host and that is not allowed.
  func check(_ live: LiveArguments) throws(CommandFailure) {
    guard let noise = Noise.allCases.first(where: { noises.contains($0) && $0.isSystemWide }), !live.systemWide else {
      return
    }
    throw .usage("--noise \(noise.rawValue): acts on the whole host: allow it with --system-wide")
  }
}
