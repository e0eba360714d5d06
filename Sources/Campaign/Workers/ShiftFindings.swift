import CrossCheck
import Foundation

/// What a shift's worker has left below its folder and said in its output, as sightings.
struct ShiftFindings {
  let kind: WorkerKind
  let shift: ShiftRow
  let place: String
  let kernel: String

  /// Findings on disk: each of them is durable, whether the worker still lives or not.
  func onDisk() -> [Sighting] {
    var sightings: [Sighting] = []
    let folder = "\(place)/findings"
    for name in CampaignFolder.names(folder) {
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)/\(FindingStore.recordName)"),
        let finding = try? JSONDecoder().decode(Finding.self, from: data)
      else { continue }
      sightings.append(
        Sighting(
          finding: finding, source: kind.name, occurrences: finding.occurrences,
          settings: "seed \(finding.seed.map(String.init) ?? "-"), run \(finding.run.map(String.init) ?? "-")"
            + (finding.variant == nil ? ", \(finding.waiters) waiters" : "")
            + (finding.race.map { ", jitter \($0.jitter), noise \($0.noise ?? "none")" } ?? "")))
    }
    return sightings
  }

  private func finding(_ divergence: Divergence, _ answerer: String, scenario: String) -> Finding {
    Finding(
      signature: divergence.signature(of: answerer), divergence: divergence, scenario: scenario, comparison: [],
      kernel: kernel, waiters: "-", seed: UInt64(bitPattern: shift.seed), run: nil,
      origin: "keywake campaign, \(kind.name)",
      capabilities: [], foundAt: WallClock.now)
  }

  /// The worker's own end, when that was no ordinary one and no finding explains it.
  func crash(_ how: String, _ worker: WorkerProcess) -> Sighting {
    let text = worker.errors.text
    let log = LibFuzzerLog(text)
    let divergence = Divergence(
      position: 0, rule: "crash", operation: how, memory: kind.name, promised: "that the worker ends by itself",
      seen: log.complaint ?? how)
    var finding = self.finding(divergence, "tool", scenario: input(log.complaint))
    finding.signature = CrashSignature.make(
      worker: kind.name, how: how, complaint: log.complaint, frames: log.frames)
    finding.notes = ["command: \(worker.command.text)"] + worker.errors.lastLines(40)
    return Sighting(
      finding: finding, source: kind.name, occurrences: 1, settings: "seed \(shift.seed)",
      next: kind.isTarget && artifact() != nil ? .reproduce : nil)
  }

  /// The input that libFuzzer saved.
  func artifact() -> String? {
    CampaignFolder.names("\(place)/artifacts").first { !$0.hasPrefix("slow-unit-") }.map { "\(place)/artifacts/\($0)" }
  }

  /// The artifact for a reader; empty without one.
  private func input(_ complaint: String?) -> String {
    guard let path = artifact(), let bytes = FileManager.default.contents(atPath: path) else { return "" }
    return CrashInput(target: kind.name, bytes: [UInt8](bytes), complaint: complaint).text
  }
}
