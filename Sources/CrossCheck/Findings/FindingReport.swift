extension Finding {
  /// The report that stands beside the scenario, for people.
  public var report: String {
    var lines = ["Finding \(signature)", ""]
    let isOfTheLog = rule == Divergence.kernelLogRule
    lines += [
      "rule        \(rule)",
      isOfTheLog
        ? "event       \(operation) in \(memory), noticed after the scenario"
        : "operation   number \(operationNumber): \(operation), memory \(memory)",
      "promised    \(promised)",
      "seen        \(seen)",
      "kernel      \(kernel)",
      "found by    \(origin)" + (seed.map { ", seed \($0)" } ?? "") + (run.map { ", scenario \($0)" } ?? ""),
      "seen        \(occurrences) \(occurrences == 1 ? "time" : "times") in this run",
    ]
    if variant == nil { lines.insert("waiters     \(waiters)", at: lines.count - 2) }
    if let race {
      lines.append("lanes       \(race.lanes) (delay@processor), jitter \(race.jitter)")
      lines.append("rate        \(race.count) of \(race.runs) runs of the race")
      if let noise = race.noise { lines.append("noise       \(noise)") }
    }
    if reproduction.isEmpty, variant == nil {
      lines.append("again       " + (isOfTheLog ? "not run again: much a kernel says only once" : "not yet run again"))
    }
    for again in reproduction {
      var line = "again       \(again.reproduced) of \(again.attempts) fresh runs with \(again.waiters) waiters"
      if again.others > 0 { line += ", \(again.others) with another signature" }
      lines.append(line)
    }
    for release in releases ?? [] {
      let rates = release.reproduction.map { "\($0.reproduced) of \($0.attempts) \($0.waiters)" }
      lines.append(
        "release     \(release.kernel): seen \(release.occurrences) times"
          + (rates.isEmpty ? "" : ", again \(rates.joined(separator: ", "))"))
    }
    lines += [""] + nextSteps(in: nil) + ["", variant == nil ? "What happened, in order:" : "The scenario:", ""]
    lines += Self.table(comparison)
    if let previous, !previous.isEmpty {
      lines += ["", "Before it ran, latest last: \(FindingStore.previousName(1)) to \(previous.count)"]
    }
    if !notes.isEmpty { lines += ["", "Notes:"] + notes.map { "  \($0)" } }
    guard variant == nil else { return lines.joined(separator: "\n") + "\n" }
    let missing = capabilities.filter { $0.status != "yes" }
    lines += ["", "Capabilities of the host: \(capabilities.count - missing.count) of \(capabilities.count)"]
    lines += missing.map { "  without \($0.name): \($0.status)" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The commands that go on with the finding; its folder is in front of the file's name where it is given.
  public func nextSteps(in folder: String?) -> [String] {
    let file = (folder.map { "\($0)/" } ?? "") + FindingStore.scenarioName
    let minimal = file.dropLast(3) + ".min.kw"
    if let variant {
      let version = "--variant \(variant)" + (program.map { " --program \($0)" } ?? "")
      return [
        "Explain it with:   keywake explain \(file) \(version)",
        "Minimise it with:  keywake minimize \(file) \(version)",
      ]
    }
    if let race, let seed, let run {
      return [
        "Run it again with: keywake litmus \(file) --waiters \(waiters) --seed \(seed) --jitter \(race.jitter) "
          + "--first-run \(run)\(race.noise.map { " --noise \($0)" } ?? "") --table"
      ]
    }
    return [
      "Replay it with:    keywake replay \(file)", "Minimise it with:  keywake minimize \(file)",
      "Export it with:    keywake export \(minimal) --as c",
    ]
  }

  /// Three columns; the divergence is marked with `>>`.
  public static func table(_ comparison: [ComparisonLine]) -> [String] {
    let head = ComparisonLine(operation: "operation", promised: "promised", seen: "seen", diverges: false)
    let widest = min(60, comparison.map(\.operation.count).max() ?? 0)
    let middle = min(40, max(head.promised.count, comparison.map(\.promised.count).max() ?? 0))
    return ([head] + comparison).map { line in
      (line.diverges ? ">> " : "   ") + padded(line.operation, widest) + "  " + padded(line.promised, middle) + "  "
        + line.seen
    }
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
