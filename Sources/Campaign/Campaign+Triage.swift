extension Campaign {
  func nextFinding() throws(CampaignError) -> FindingRow? {
    let busy = slots.compactMap { slot -> Int64? in
      if case .triage(let finding, _) = slot.job?.work { finding.id } else { nil }
    }
    return try store.pendingFindings().first { !busy.contains($0.id ?? 0) }
  }

  func startTriage(_ index: Int, _ finding: FindingRow, _ step: TriageStep) throws(CampaignError) {
    let row = try store.beginShift(row("triage", slot: index, seed: 0))
    let seed = random.next() >> 33
    try launch(
      Triage(maker: maker, kinds: settings.kinds).command(step, of: finding, seed: seed, shift: row.id ?? 0),
      .triage(finding, step), row,
      index, 0)
  }

  func concludeTriage(_ finding: FindingRow, _ step: TriageStep, _ job: Slot.Job) throws(CampaignError) {
    let result = Triage(maker: maker, kinds: settings.kinds).outcome(
      step, of: finding, exitCode: job.verdict == nil ? job.process.exitCode : nil, output: job.process.output.text,
      errors: job.process.errors.lastLines(2).joined(separator: " "), kernel: kernel)
    switch result {
    case .success(let outcome):
      try store.conclude(outcome, of: finding, at: WallClock.now)
      tell(.triaged(signature: finding.signature, text: "\(outcome.state.rawValue): \(outcome.text)"))
    case .failure(let error):
      try store.postpone(finding, reason: error.description, at: WallClock.now)
      tell(.trouble("\(step.rawValue) of \(finding.signature): \(error)"))
    }
  }
}
