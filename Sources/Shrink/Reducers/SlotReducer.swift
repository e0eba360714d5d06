import Scenario

/// Lets an earlier window stand for a later one, without what maps the later, or with it.
struct SlotReducer: Reducer {
  let name = "slots"
  func reduce(_ bench: inout Workbench) {
    for number in (1..<UInt8(Limits.slots)).reversed() {
      let slot = SlotID(number)
      let best = bench.best
      let maps = best.indices { if case .map(slot, _, _, _, _) = $0.action { true } else { false } }
      let moves = best.indices { if case .remap(_, slot, _) = $0.action { true } else { false } }
      guard best.operations.contains(where: { Self.mentions(slot, $0) }) else { continue }
      let without = maps + moves
      let candidates = (0..<number).flatMap { other in
        (without.isEmpty ? [[]] : [without, []]).map {
          IdentifierReplacer(slots: [slot: SlotID(other)]).replaced(best.removing($0))
        }
      }
      _ = bench.attemptFirst(candidates)
    }
  }

  private static func mentions(_ slot: SlotID, _ operation: Operation) -> Bool {
    IdentifierReplacer(slots: [slot: SlotID(slot.index ^ 1)]).replaced(Scenario([.operation(operation)]))
      != Scenario([.operation(operation)])
  }
}
