import LiveKernel

extension RunReport {
  /// What the live kernel gave, in the terms of the judge.
  public init(_ run: LiveRun) {
    self.init(observations: run.observations, end: .completed)
    switch run.verdict {
    case .complete: break
    case .skipped(let reason): self.end = .skipped(reason)
    case .harnessFault(let reason): self.end = .harnessFault(reason)
    case .hung(_, let lines):
      // The watch's first line is the cause: its stable name, then the words.
      let cause = lines.first ?? "no-progress: nothing was seen of it"
      let rule = String(cause.prefix { $0 != ":" })
      self.end =
        rule == "harness-fault" ? .harnessFault(cause) : .hung(RunReport.Hang(rule: rule, description: cause))
      notes += lines
    }
    for note in run.notes {
      let alarm: String? =
        switch note.kind {
        case .didNotLeave: nil
        case .completionsMissing: "completions-missing"
        case .inconsistentKeys: "keys-inconsistent"
        case .endedUnnoticed: "spurious-wake"
        }
      if let alarm { alarms.append(.init(position: note.operation, rule: alarm, text: note.text)) }
      notes.append("operation \(note.operation + 1): \(note.text)")
    }
  }
}
