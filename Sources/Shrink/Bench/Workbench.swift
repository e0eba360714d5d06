import Dispatch
import Scenario

/// Owns trying, running and taking candidates. Reducers only propose.
public struct Workbench {
  /// The simplest scenario so far that shows the fault.
  public private(set) var best: Scenario
  /// Index of the diverging operation in it.
  public private(set) var position: Int
  public let signature: String
  public let patience: Patience
  /// Candidates that were run, and those that the cache had already.
  public private(set) var candidates = 0
  public private(set) var cached = 0
  public private(set) var runs = 0
  /// Why no more is tried; `nil` as long as work goes on.
  public private(set) var stopped: String?

  private var complexity: Complexity
  private(set) var tried: Set<CandidateKey>
  private let examiners: Examiners
  private let shouldStop: () -> String?
  private let committed: (Workbench) -> Void

  init(
    _ scenario: Scenario, position: Int, signature: String, patience: Patience, tried: Set<CandidateKey>,
    examiners: [any Examiner], shouldStop: @escaping () -> String?, committed: @escaping (Workbench) -> Void
  ) {
    best = scenario
    complexity = Complexity(scenario)
    self.position = position
    self.signature = signature
    self.patience = patience
    self.tried = tried
    self.examiners = Examiners(all: examiners)
    self.shouldStop = shouldStop
    self.committed = committed
  }

  /// Tries one candidate. It is repaired first; what is not simpler, or was tried before, is not run.
  /// - Returns: whether it is now the best.
  @discardableResult public mutating func attempt(_ candidate: Scenario) -> Bool { attemptFirst([candidate]) != nil }

  /// Tries candidates in order until one is taken; several at once where there are several examiners. Which one is
  /// taken does not depend on their number.
  /// - Returns: the index of the one that is now the best.
  public mutating func attemptFirst(_ proposals: [Scenario]) -> Int? {
    var next = 0
    while next < proposals.count {
      if stopped == nil { stopped = shouldStop() }
      if stopped != nil { return nil }
      var batch: [(index: Int, scenario: Scenario)] = []
      while next < proposals.count, batch.count < examiners.all.count {
        if let candidate = admit(proposals[next]) { batch.append((next, candidate)) }
        next += 1
      }
      let outcomes = run(batch.map(\.scenario))
      for (entry, outcome) in zip(batch, outcomes) {
        guard let position = outcome else { continue }
        best = entry.scenario
        complexity = Complexity(best)
        self.position = position
        committed(self)
        return entry.index
      }
    }
    return nil
  }

  /// The candidate as it is to be run; `nil` if it need not be.
  private mutating func admit(_ proposal: Scenario) -> Scenario? {
    let candidate = proposal.repaired()
    guard Complexity(candidate) < complexity else { return nil }
    guard tried.insert(CandidateKey(candidate)).inserted else {
      cached += 1
      return nil
    }
    candidates += 1
    return candidate
  }

  private mutating func run(_ batch: [Scenario]) -> [Int?] {
    let (examiners, patience, signature) = (self.examiners, self.patience, self.signature)
    if batch.count == 1 {
      let (position, count) = Self.judge(batch[0], examiners.all[0], patience, signature)
      runs += count
      return [position]
    }
    let results = Results(count: batch.count)
    DispatchQueue.concurrentPerform(iterations: batch.count) { index in
      results.set(index, Self.judge(batch[index], examiners.all[index], patience, signature))
    }
    runs += results.all.reduce(0) { $0 + $1.runs }
    return results.all.map(\.position)
  }

  /// Runs one candidate until it is taken or given up.
  private static func judge(_ scenario: Scenario, _ examiner: any Examiner, _ patience: Patience, _ signature: String)
    -> (
      position: Int?, runs: Int
    )
  {
    var hits = 0
    for run in 1...patience.runs {
      if case .finding(signature, let position) = examiner.examine(scenario) {
        hits += 1
        if hits == patience.hits { return (position, run) }
      }
      if hits + patience.runs - run < patience.hits { return (nil, run) }
    }
    return (nil, patience.runs)
  }
}

/// Each iteration of one batch uses the examiner with its own index, and one batch runs at a time: no examiner is ever
/// used by two threads at once, which is what `Sendable` is for.
private struct Examiners: @unchecked Sendable {
  let all: [any Examiner]
}
