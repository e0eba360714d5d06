import Scenario

/// Lets an earlier file stand for a later one.
struct FileReducer: Reducer {
  let name = "files"
  func reduce(_ bench: inout Workbench) {
    for number in (1..<UInt8(Limits.files)).reversed() {
      let file = FileID(number)
      let makers = bench.best.indices { if case .file(file, _, _) = $0.action { true } else { false } }
      guard !makers.isEmpty else { continue }
      let best = bench.best.removing(makers)
      _ = bench.attemptFirst((0..<number).map { IdentifierReplacer(files: [file: FileID($0)]).replaced(best) })
    }
  }
}
