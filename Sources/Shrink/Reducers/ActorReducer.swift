import Scenario

/// Lets an earlier actor do what a later one does, which is then not needed.
struct ActorReducer: Reducer {
  let name = "processes"
  func reduce(_ bench: inout Workbench) {
    for number in (1..<UInt8(Limits.actors)).reversed() {
      let actor = ActorID(number)
      let makers = bench.best.indices { operation in
        switch operation.action {
        case .process(actor), .fork(actor), .thread(actor): true
        default: false
        }
      }
      guard !makers.isEmpty else { continue }
      let exits = bench.best.indices { $0.actor == actor && $0.kind == .exit }
      let best = bench.best
      let candidates = (0..<number).flatMap { other in
        [makers + exits, makers].map { IdentifierReplacer(actors: [actor: ActorID(other)]).replaced(best.removing($0)) }
      }
      _ = bench.attemptFirst(candidates)
    }
  }
}
