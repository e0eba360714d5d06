import Machine

/// What the simulated kernel's current version is known to do against the promise, because the real one does. The name is
/// that of its evidence in `Corpus/known-issues`.
public enum KnownDeviation: String, CaseIterable, Sendable {
  /// `get_futex_key` asks for the page for writing, and where that fails with `EFAULT` a call that only reads asks again,
  /// for reading (9ea71503a8ed, 3.1). If the word lay beyond the end of its file at the first look and does not at the
  /// second, a private mapping that can be written gets the file's key.
  case privateWakeOfASharedWaiter = "private-wake-of-a-shared-waiter"

  /// The one that explains a finding: its thread read a word through a private mapping that can be written, and during
  /// the derivation the file was too short and then grew.
  public init?(explaining finding: Finding, in race: Race) {
    guard finding.kind == .wrongKey, race.memory == .sc else { return nil }
    var state = race.initial
    var wasOutside = false
    var isInside = false
    for thread in finding.schedule {
      let inside = state.look { $0.isPrivateCopyInsideFile(ofThread: finding.thread) }
      wasOutside = inside == false || wasOutside && inside != nil
      isInside = inside == true
      state.edit { _ = race.step($0, thread: Int(thread)) }
    }
    guard wasOutside, isInside else { return nil }
    self = .privateWakeOfASharedWaiter
  }
}

extension ScenarioExploration {
  /// What is wrong with the race and no known deviation explains: the first finding of each kind, in the order in which
  /// they were found. Where no rule is broken, the first forbidden outcome.
  public var unexplained: [Finding] {
    guard let explored else { return [] }
    var kinds: Set<ViolationKind> = []
    let broken = explored.report.findings.filter { finding in
      !kinds.contains(finding.kind) && KnownDeviation(explaining: finding, in: explored.race) == nil
        && kinds.insert(finding.kind).inserted
    }
    return broken.isEmpty ? [explored.forbiddenFinding].compactMap { $0 } : broken
  }

  /// What explains a race that disagrees: each broken rule is a known deviation, and no outcome is forbidden.
  public var known: Set<KnownDeviation>? {
    guard case .disagree = verdict, let explored, explored.forbidden == nil, !explored.report.findings.isEmpty else {
      return nil
    }
    var known: Set<KnownDeviation> = []
    for finding in explored.report.findings {
      guard let deviation = KnownDeviation(explaining: finding, in: explored.race) else { return nil }
      known.insert(deviation)
    }
    return known
  }
}
