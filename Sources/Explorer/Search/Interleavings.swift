import Machine

/// Counts the interleavings of a race: the different orders in which its steps can happen, to the end.
public enum Interleavings {
  /// `nil` when some run never ends, or the number is beyond 64 bits, or there are more states than `limit`.
  public static func count(_ race: Race, limit: Int = 100_000) -> UInt64? {
    var store = StateStore(threads: race.storedThreads, numbered: true)
    var state = race.initial
    _ = state.withWords { store.insert($0, parent: -1) }
    // Number of ways from each state; 0: not known yet; the open ones are on the path.
    var ways: [UInt64] = [0]
    var isOpen: [Bool] = [false]
    var stack: [(state: Int, successors: [Int], at: Int, sum: UInt64)] = []
    func successors(_ number: Int) -> [Int] {
      var result: [Int] = []
      for move in 0..<race.moveCount {
        state.withWords { store.load(number, into: $0) }
        guard state.edit({ race.mayMove($0, move) }) else { continue }
        let outcome = state.edit { race.step($0, thread: move) }
        if outcome.kind == .blocked { continue }
        // A broken rule ends its run.
        if outcome.kind == .violation {
          result.append(-1)
          continue
        }
        let (next, isNew) = state.withWords { store.insert($0, parent: number) }
        if isNew {
          ways.append(0)
          isOpen.append(false)
        }
        result.append(next)
      }
      return result
    }
    isOpen[0] = true
    stack.append((0, successors(0), 0, 0))
    while var top = stack.popLast() {
      if store.count > limit { return nil }
      if top.at == top.successors.count {
        ways[top.state] = top.successors.isEmpty ? 1 : top.sum
        isOpen[top.state] = false
        continue
      }
      let next = top.successors[top.at]
      let known = next < 0 ? 1 : ways[next]
      if known > 0 {
        let (sum, overflow) = top.sum.addingReportingOverflow(known)
        if overflow { return nil }
        top.sum = sum
        top.at += 1
        stack.append(top)
      } else {
        if isOpen[next] { return nil }
        stack.append(top)
        isOpen[next] = true
        stack.append((next, successors(next), 0, 0))
      }
    }
    return ways[0]
  }
}
