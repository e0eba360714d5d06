import Contract
import CrossCheck
import Foundation
import LiveKernel

/// What a stress run found, as findings. There is no scenario of them: the run is made again from its seed, and the
/// machine's timing is another.
enum StressFindings {
  static func make(_ found: StressFinding?, _ events: [KernelEvent], _ options: StressOptions, seconds: Double)
    -> [Finding]
  {
    var divergences: [(Divergence, [String])] = []
    if let found {
      divergences.append(
        (
          Divergence(
            position: 0, rule: "stress-\(found.rule.rawValue)", operation: "stress", memory: found.memory.name,
            promised: "\(found.expected) \(found.rule.words.expected)", seen: "\(found.seen) \(found.rule.words.seen)"),
          [found.text]
        ))
    }
    for event in events {
      divergences.append(
        (
          Divergence(
            position: 0, rule: Divergence.kernelLogRule, operation: event.kind.rawValue, memory: event.function,
            promised: "nothing in the kernel log", seen: event.title), event.lines
        ))
    }
    let answerer = KernelRelease(uname: KernelName.running).map { "live-\($0)" } ?? "live"
    return divergences.map { divergence, notes in
      var finding = Finding(
        signature: divergence.signature(of: answerer), divergence: divergence, scenario: "", comparison: [],
        kernel: KernelName.running, waiters: WaiterKind.ring.rawValue, seed: options.seed, run: nil,
        origin: "keywake stress", capabilities: [], foundAt: Int64(Date().timeIntervalSince1970))
      finding.notes =
        notes + [
          "after \(Int(seconds)) s; the same choices again: " + command(options)
        ]
      return finding
    }
  }

  private static func command(_ options: StressOptions) -> String {
    "keywake stress --seed \(options.seed) --waiters \(options.waiters) --lanes \(options.lanes)"
      + (options.pageout ? "" : " --no-pageout") + (options.forks ? "" : " --no-forks")
  }
}
