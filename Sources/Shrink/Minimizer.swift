import Scenario

/// Minimises a finding: the simplest scenario that shows the same signature, by passes.
public struct Minimizer {
  /// Runs of the original before anything else, and of the result after all.
  public let confirmations: Int
  public let reducers: [any Reducer]
  /// Rounds over all passes; a round in which nothing was taken is the last.
  public static let mostRounds = 12

  /// - Parameter confirmations: 1 for what always does the same; more for a live kernel.
  public init(confirmations: Int, reducers: [any Reducer] = Reducers.all) {
    self.confirmations = max(1, confirmations)
    self.reducers = reducers
  }

  public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String
  }

  /// - Parameters:
  ///   - signature: the finding's; without one, the first that a run of the original shows.
  ///   - resuming: what an earlier reduction of the same scenario came to.
  ///   - examiners: one, or several that are asked at the same time.
  ///   - shouldStop: why to stop; asked before each candidate.
  ///   - progress: told after each step that took something away, and at the end of each pass.
  /// - Throws: when the original does not show the fault.
  public func minimize(
    _ original: Scenario, signature wanted: String? = nil, resuming: ReductionRecord? = nil,
    examiners: [any Examiner], shouldStop: @escaping () -> String? = { nil },
    progress: @escaping (Reduction) -> Void = { _ in }
  ) throws(Failure) -> Reduction {
    let first = try confirm(original, wanted, examiners[0])
    let patience =
      confirmations == 1 ? Patience.once : Patience(reproduced: first.reproduced, of: first.attempts)
    var start = original.repaired()
    var position = first.position
    if let resuming, let best = resuming.scenario {
      // What was reached is checked like everything else.
      let again = try? confirm(best, first.signature, examiners[0])
      if let again { (start, position) = (best, again.position) }
    }
    var reduction = Reduction(
      original: original, minimal: start, signature: first.signature, patience: examiners[0].patience ?? patience)
    reduction.before =
      examiners[0].rate(of: original) ?? Reduction.Rate(reproduced: first.reproduced, attempts: first.attempts)
    var bench = Workbench(
      start, position: position, signature: first.signature, patience: patience, tried: resuming?.tried ?? [],
      examiners: examiners, shouldStop: shouldStop
    ) { [reduction] bench in
      progress(reduction.taking(bench))
    }
    var round = 0
    while bench.stopped == nil, round < Self.mostRounds {
      round += 1
      let before = bench.best
      for reducer in reducers where bench.stopped == nil {
        reducer.reduce(&bench)
        var now = reduction.taking(bench)
        now.pass = reducer.name
        progress(now)
      }
      if bench.best == before { break }
    }
    reduction = reduction.taking(bench)
    reduction.rounds = round
    reduction.isComplete = bench.stopped == nil && round < Self.mostRounds
    reduction.stopped = bench.stopped
    if confirmations > 1 {
      if let after = try? confirm(bench.best, first.signature, examiners[0]) {
        reduction.after = Reduction.Rate(reproduced: after.reproduced, attempts: after.attempts)
      } else {
        reduction.after = Reduction.Rate(reproduced: 0, attempts: confirmations)
      }
    } else {
      reduction.after = examiners[0].rate(of: bench.best) ?? reduction.before
    }
    return reduction
  }

  private struct Confirmation {
    var signature: String
    var position: Int
    var reproduced: Int
    var attempts: Int
  }

  private func confirm(_ scenario: Scenario, _ wanted: String?, _ examiner: any Examiner) throws(Failure)
    -> Confirmation
  {
    var found: Confirmation?
    var others: [String] = []
    for attempt in 1...confirmations {
      switch examiner.examine(scenario) {
      case .finding(let signature, let position):
        guard signature == (found?.signature ?? wanted ?? signature) else {
          others.append(signature)
          continue
        }
        if found == nil { found = Confirmation(signature: signature, position: position, reproduced: 0, attempts: 0) }
        found?.reproduced += 1
      case .other(let text): others.append(text)
      }
      found?.attempts = attempt
    }
    if var found {
      found.attempts = confirmations
      return found
    }
    var distinct: [String] = []
    for text in others where !distinct.contains(text) { distinct.append(text) }
    throw Failure(
      description: "the scenario does not show \(wanted ?? "a finding") in \(confirmations) "
        + "\(confirmations == 1 ? "run" : "runs"); it came to: \(distinct.joined(separator: "; "))")
  }
}
