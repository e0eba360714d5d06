import Scenario

/// Takes away stated results: all, else one after the other.
struct StatementReducer: Reducer {
  let name = "statements"
  func reduce(_ bench: inout Workbench) {
    if bench.attempt(bench.best.withoutStated()) { return }
    for index in bench.best.indices(where: { $0.stated != nil }) {
      var candidate = bench.best
      candidate[candidate.locatedOperations[index].position].stated = nil
      bench.attempt(candidate)
    }
  }
}
