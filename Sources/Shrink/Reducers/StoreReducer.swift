import Scenario

/// Takes a store away together with the values that are compared with what it stored.
struct StoreReducer: Reducer {
  let name = "stores"
  func reduce(_ bench: inout Workbench) {
    for index in bench.best.indices(where: { $0.kind == .store }).reversed() {
      let best = bench.best
      guard index < best.operations.count, case .store(_, let stored) = best.operations[index].action else { continue }
      bench.attempt(best.removing([index]).mapOperations { Self.forget(stored, $0) })
    }
  }

  private static func forget(_ value: UInt32, _ operation: Operation) -> Operation {
    var operation = operation
    switch operation.action {
    case .wait(let waiter, let address, value, let bitset, let timeout, let mode):
      operation.action = .wait(waiter, address, value: 0, bitset: bitset, timeout, mode)
    case .waitv(let waiter, let words, let timeout):
      operation.action = .waitv(
        waiter, words.map { $0.value == value ? WaitWord($0.address, value: 0, mode: $0.mode) : $0 }, timeout)
    case .compareRequeue(let from, let to, let wake, let move, value, let mode):
      operation.action = .compareRequeue(from, to, wake: wake, move: move, value: 0, mode)
    default: break
    }
    return operation
  }
}
