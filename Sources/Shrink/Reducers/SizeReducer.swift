import Scenario

/// Makes a file at once as large as a later operation makes it, which is then not needed.
struct SizeReducer: Reducer {
  let name = "sizes"
  func reduce(_ bench: inout Workbench) {
    for index in bench.best.indices(where: { $0.kind == .truncate || $0.kind == .grow }).reversed() {
      let best = bench.best
      guard index < best.operations.count else { continue }
      switch best.operations[index].action {
      case .truncate(let file, let pages), .grow(let file, let pages):
        bench.attempt(
          best.removing([index]).mapOperations { operation in
            guard case .file(file, let kind, _) = operation.action else { return operation }
            return Operation(nil, .file(file, kind, pages: pages))
          })
      default: break
      }
    }
  }
}
