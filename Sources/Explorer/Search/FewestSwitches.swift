import Machine

/// Looks for a finding again, with as few switches between threads as can be: longer than the shortest path perhaps,
/// but easier to read.
public struct FewestSwitches {
  private struct Node {
    var state: Int
    var thread: Int
    var parent: Int
  }

  /// A schedule that ends in the finding, `nil` when a bound was hit or the finding is a livelock.
  ///
  /// - Parameter final: for a forbidden outcome, the end that shows it.
  public static func schedule(
    _ race: Race, for finding: Finding, final: SearchReport.FinalState? = nil, limits: SearchLimits = SearchLimits()
  ) -> [UInt8]? {
    // With store buffers the shortest way is told: what leaves a buffer is no switch.
    guard finding.cycle == 0, race.memory == .sc else { return nil }
    let threads = race.interpreter.laneCount
    var state = race.initial
    var scratch = race.initial
    var store = StateStore(threads: threads, numbered: true)
    _ = state.withWords { store.insert($0, parent: -1) }
    var nodes: [Node] = []
    // For each state the threads that may go on from it without a switch, as bits.
    var seen: [UInt8] = [0]
    var level: [Int] = []
    for thread in 0..<threads {
      nodes.append(Node(state: 0, thread: thread, parent: -1))
      level.append(nodes.count - 1)
      seen[0] |= 1 << UInt8(thread)
    }
    func path(_ node: Int, _ last: Int?) -> [UInt8] {
      var result: [UInt8] = last.map { [UInt8($0)] } ?? []
      var at = node
      while nodes[at].parent >= 0 {
        if nodes[at].state != nodes[nodes[at].parent].state { result.append(UInt8(nodes[at].thread)) }
        at = nodes[at].parent
      }
      return result.reversed()
    }
    func isIt(_ kind: ViolationKind, _ thread: Int, _ line: Int) -> Bool {
      let origin = race.interpreter.lanes[thread].origin(of: line)
      return kind == finding.kind && (origin?.program ?? "") == finding.program && origin?.line == finding.line
    }
    while !level.isEmpty {
      var next: [Int] = []
      var open = Array(level.reversed())
      while let node = open.popLast() {
        if store.count > limits.states || limits.isStopped() { return nil }
        let (from, thread) = (nodes[node].state, nodes[node].thread)
        state.withWords { store.load(from, into: $0) }
        guard state.edit({ $0.status(ofThread: thread) == ThreadStatus.running }) else {
          switchTo(from, except: thread, node)
          continue
        }
        scratch = state
        let outcome = scratch.edit { race.step($0, thread: thread) }
        if outcome.kind == .blocked {
          if endsThere(from) { return path(node, nil) }
          switchTo(from, except: thread, node)
          continue
        }
        if let warning = outcome.warning, isIt(.warn, thread, warning) { return path(node, thread) }
        if let violation = outcome.violation {
          if isIt(violation, thread, outcome.line) { return path(node, thread) }
          switchTo(from, except: thread, node)
          continue
        }
        let (to, isNew) = scratch.withWords { store.insert($0, parent: from) }
        if isNew { seen.append(0) }
        if seen[to] >> UInt8(thread) & 1 == 0 {
          seen[to] |= 1 << UInt8(thread)
          nodes.append(Node(state: to, thread: thread, parent: node))
          open.append(nodes.count - 1)
          if endsThere(to) { return path(nodes.count - 1, nil) }
        }
        switchTo(from, except: thread, node)
      }
      level = next

      func switchTo(_ from: Int, except thread: Int, _ node: Int) {
        for other in 0..<threads where other != thread && seen[from] >> UInt8(other) & 1 == 0 {
          seen[from] |= 1 << UInt8(other)
          nodes.append(Node(state: from, thread: other, parent: node))
          next.append(nodes.count - 1)
        }
      }
    }
    return nil

    func endsThere(_ number: Int) -> Bool {
      var state = race.initial
      state.withWords { store.load(number, into: $0) }
      var copy = state
      for thread in 0..<threads where state.edit({ $0.status(ofThread: thread) == ThreadStatus.running }) {
        copy = state
        if copy.edit({ race.step($0, thread: thread).kind }) != .blocked { return false }
      }
      if let final { return state.edit { SearchReport.FinalState(race, $0) } == final }
      let end = state.edit { RaceEnd.of(race, $0) }
      return (end.violation ?? end.wait).map { isIt($0.kind, $0.thread, $0.line) } ?? false
    }
  }

  /// How often a schedule changes the thread.
  public static func switches(_ schedule: [UInt8]) -> Int { zip(schedule, schedule.dropFirst()).count { $0 != $1 } }
}
