import Scenario

/// Takes away two operations at once, of which neither can go alone. For short scenarios, where that is cheap.
struct PairReducer: Reducer {
  let name = "pairs"
  static let most = 9
  func reduce(_ bench: inout Workbench) {
    let best = bench.best
    let count = best.operations.count
    guard count <= Self.most else { return }
    // The diverging operation itself must stay.
    let others = (0..<count).filter { $0 != bench.position }
    let pairs = others.flatMap { late in others.prefix { $0 < late }.map { [$0, late] } }
    _ = bench.attemptFirst(pairs.reversed().map { best.removing($0) })
  }
}
