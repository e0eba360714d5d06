import Scenario

/// Takes away halves, quarters and so on of the operations, at last single ones; each time from the end, so that what
/// depends on something goes before it.
struct ChunkReducer: Reducer {
  let name = "operations"
  func reduce(_ bench: inout Workbench) {
    var size = (bench.best.operations.count + 1) / 2
    while size >= 1, bench.stopped == nil {
      var end = bench.best.operations.count
      while end > 0 {
        let starts = stride(from: max(0, end - size), through: -size + 1, by: -size).map { max(0, $0) }
        var ends: [Int] = []
        var last = end
        for start in starts {
          ends.append(last)
          last = start
        }
        let best = bench.best
        let taken = bench.attemptFirst(zip(starts, ends).map { best.removing($0..<$1) })
        guard let taken else { break }
        end = min(starts[taken], bench.best.operations.count)
      }
      size = size == 1 ? 0 : (size + 1) / 2
    }
  }
}
