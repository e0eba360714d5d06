import Foundation
import SystemPackage
import Testing

@testable import LiveKernel

/// What tests of the host need.
enum HostSupport {
  /// Probed once; tests that need root name the capability and show its reason.
  static let capabilities = CapabilityReport.probe()

  static func lacks(_ capability: Capability) -> Comment {
    Comment(rawValue: "needs \(capability.name): \(capabilities[capability].text)")
  }

  /// `KEYWAKE_SEED`, or a new one; printed so that a failure can be repeated.
  static func seed(_ test: String = #function) -> UInt64 {
    let seed =
      ProcessInfo.processInfo.environment["KEYWAKE_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...(1 << 48))
    print("\(test): KEYWAKE_SEED=\(seed)")
    return seed
  }

  /// Runs with a new folder for a journal and one for files; on tmpfs, where fsync(2) costs nothing, unless said.
  static func withPlaces(
    in base: FilePath? = nil, _ body: (_ journal: JournalFolder, _ files: FilePath) throws -> Void
  ) throws {
    let memory = capabilities.tmpfsFolder.map { FilePath($0) }
    let base = base ?? memory ?? FilePath(FileManager.default.temporaryDirectory.path)
    let place = base.appending("keywake-test-\(HostFiles.randomName())")
    try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: place.string) }
    let files = place.appending("files")
    try FileManager.default.createDirectory(atPath: files.string, withIntermediateDirectories: false)
    try body(JournalFolder(place.appending("journal")), files)
  }

  /// The same, while no other test swaps or counts on there being no swap.
  static func withSwap(
    in base: FilePath?, _ body: (_ journal: JournalFolder, _ files: FilePath) throws -> Void
  ) throws {
    try HostLock.hold { try withPlaces(in: base, body) }
  }

  /// There is swap space now.
  static var hostSwaps: Bool { ((try? HostFiles.read("/proc/swaps")) ?? "").split(separator: "\n").count > 1 }

  static func text(_ path: FilePath) throws -> String { try String(contentsOfFile: path.string, encoding: .utf8) }

  static func write(_ text: String, to path: FilePath) throws {
    try text.write(toFile: path.string, atomically: false, encoding: .utf8)
  }

  /// Waits until no run or guardian holds a lock on a journal in the folder. Blocks in flock(2); no time is involved.
  static func waitForGuardians(_ folder: JournalFolder) {
    let runs = folder.path.appending("runs")
    for name in HostFiles.names(in: runs) ?? [] {
      let fd = open(runs.appending(name).string, O_RDONLY | O_CLOEXEC)
      guard fd >= 0 else { continue }
      flock(fd, LOCK_EX)
      close(fd)
    }
  }
}

/// SplitMix64: small, seeded, good enough for choices of tests.
struct TestRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
