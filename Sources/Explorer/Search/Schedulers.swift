import Machine

/// Says which thread steps next.
public protocol Scheduler {
  /// Before each run.
  mutating func begin(threads: Int)
  /// One of the runnable threads (never empty, ascending); `nil` gives up.
  mutating func next(_ runnable: [Int], step: Int) -> Int?
}

/// Each runnable thread is as likely as any other.
public struct RandomScheduler<Generator: RandomNumberGenerator>: Scheduler {
  public var generator: Generator
  public init(_ generator: Generator) { self.generator = generator }
  public mutating func begin(threads: Int) {}
  public mutating func next(_ runnable: [Int], step: Int) -> Int? { runnable.randomElement(using: &generator) }
}

/// Probabilistic concurrency testing (Burckhardt and others, ASPLOS 2010): threads have random priorities, the highest
/// runnable one steps, and at `depth - 1` random steps the one that is running falls below all others. A bug that needs
/// `depth` ordering constraints is found with a probability of at least 1 / (n k^(depth-1)).
public struct PCTScheduler<Generator: RandomNumberGenerator>: Scheduler {
  public var generator: Generator
  let depth: Int
  /// An estimate of a run's steps.
  let length: Int
  private var priorities: [Int] = []
  private var changes: [Int] = []

  public init(_ generator: Generator, depth: Int, length: Int) {
    self.generator = generator
    self.depth = max(1, depth)
    self.length = max(1, length)
  }
  public mutating func begin(threads: Int) {
    priorities = Array(depth..<depth + threads).shuffled(using: &generator)
    changes = (1..<depth).map { _ in Int.random(in: 0..<length, using: &generator) }
  }
  public mutating func next(_ runnable: [Int], step: Int) -> Int? {
    guard var chosen = runnable.max(by: { priorities[$0] < priorities[$1] }) else { return nil }
    for (rank, change) in changes.enumerated() where change == step {
      priorities[chosen] = rank
      chosen = runnable.max(by: { priorities[$0] < priorities[$1] }) ?? chosen
    }
    return chosen
  }
}

/// Repeats a recorded schedule, and gives up where the recorded thread cannot step.
public struct ReplayScheduler: Scheduler {
  let schedule: [UInt8]
  public init(_ schedule: [UInt8]) { self.schedule = schedule }
  public mutating func begin(threads: Int) {}
  public mutating func next(_ runnable: [Int], step: Int) -> Int? {
    guard step < schedule.count, runnable.contains(Int(schedule[step])) else { return nil }
    return Int(schedule[step])
  }
}
