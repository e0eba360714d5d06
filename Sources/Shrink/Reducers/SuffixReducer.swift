import Scenario

/// Takes away everything after the divergence; it cannot have been the cause.
struct SuffixReducer: Reducer {
  let name = "suffix"
  func reduce(_ bench: inout Workbench) {
    let count = bench.best.operations.count
    if bench.position + 1 < count { bench.attempt(bench.best.removing(bench.position + 1..<count)) }
  }
}
