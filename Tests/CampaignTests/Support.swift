import CrossCheck
import Foundation

@testable import Campaign

/// A campaign's folder of a test, removed with its last reference.
final class TestCampaign {
  let folder: CampaignFolder

  init() throws {
    folder = CampaignFolder(
      FileManager.default.temporaryDirectory.appending(path: "keywake-campaign-test-\(UUID().uuidString)").path)
    try folder.make()
  }
  deinit { try? FileManager.default.removeItem(atPath: folder.path) }

  static func finding(_ operation: String, occurrences: Int = 1, kernel: String = "6.18.1") -> Finding {
    let divergence = Divergence(
      position: 0, rule: "wake-finds-key", operation: operation, memory: "memfd-shared", promised: "1 wakes w",
      seen: "0")
    var finding = Finding(
      signature: divergence.signature(of: "live-6.18"), divergence: divergence, scenario: "keywake 1\nprocess a\n",
      comparison: [], kernel: kernel, waiters: "ring", seed: 1, run: 2, origin: "test", capabilities: [], foundAt: 100)
    finding.occurrences = occurrences
    return finding
  }

  static func run() -> RunRow { RunRow(started: 100, kernel: "6.18.1", tool: "0", workers: 1) }
  static func shift(_ run: RunRow, _ kind: String = "generator") -> ShiftRow {
    ShiftRow(run: run.id ?? 0, slot: 0, kind: kind, seed: 1, command: "keywake fuzz", started: 100, state: .running)
  }
}
