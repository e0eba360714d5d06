import Scenario

/// Lets a simpler operation stand for one that does more: `process` for `fork`, `wait` for `waitv`, and so on.
struct KindReducer: Reducer {
  let name = "kinds"
  func reduce(_ bench: inout Workbench) {
    var index = bench.best.operations.count - 1
    while index >= 0, bench.stopped == nil {
      let best = bench.best
      if index < best.operations.count {
        let place = best.locatedOperations[index].position
        let simpler = Self.simpler(than: best[place])
        _ = bench.attemptFirst(
          simpler.map { operation in
            var candidate = best
            candidate[place] = operation
            return candidate
          })
      }
      index -= 1
    }
  }

  private static func simpler(than operation: Operation) -> [Operation] {
    let actions: [Action]
    switch operation.action {
    case .fork(let new): actions = [.process(new), .thread(new)]
    case .thread(let new): actions = [.process(new)]
    case .waitv(let waiter, let words, let timeout):
      actions = words.map {
        .wait(waiter, $0.address, value: $0.value, bitset: .max, timeout, FutexMode(isPrivate: $0.mode.isPrivate))
      }
    case .compareRequeue(let from, let to, let wake, let move, _, let mode):
      actions = [
        .wake(from, count: wake, bitset: .max, mode),
        .requeue(from, to, wake: wake, move: move, FutexMode(isPrivate: mode.isPrivate)),
      ]
    case .requeue(let from, _, let wake, _, let mode): actions = [.wake(from, count: wake, bitset: .max, mode)]
    case .wakeOp(let first, let second, let wake, let wake2, _, let mode):
      actions = [.wake(first, count: wake, bitset: .max, mode), .wake(second, count: wake2, bitset: .max, mode)]
    default: actions = []
    }
    return actions.map { Operation($0.kind.hasNoActor ? nil : operation.actor, $0) }
  }
}
