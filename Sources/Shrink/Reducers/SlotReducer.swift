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
      let shifted = (0..<number).compactMap { Self.shifted(slot, to: SlotID($0), best) }
      let candidates =
        shifted
        + (0..<number).flatMap { other in
          (without.isEmpty ? [[]] : [without, []]).map {
            IdentifierReplacer(slots: [slot: SlotID(other)]).replaced(best.removing($0))
          }
        }
      _ = bench.attemptFirst(candidates)
    }
  }

  /// Two windows of the same file: the later one's words as the earlier one's, at the same place of the file.
  private static func shifted(_ slot: SlotID, to other: SlotID, _ scenario: Scenario) -> Scenario? {
    func first(_ slot: SlotID) -> (file: FileID, pages: PageRange)? {
      for operation in scenario.operations {
        if case .map(slot, .file(let file, let pages), _, _, _) = operation.action { return (file, pages) }
      }
      return nil
    }
    guard let from = first(slot), let to = first(other), from.file == to.file, from.pages != to.pages else {
      return nil
    }
    let shift = (Int(from.pages.first) - Int(to.pages.first)) * Int(Limits.pageBytes)
    var owners: [ActorID] = []
    var dropped: [Int] = []
    for (index, operation) in scenario.operations.enumerated() {
      guard let actor = operation.actor else { continue }
      if case .map(other, _, _, _, _) = operation.action { owners.append(actor) }
      if case .map(slot, _, _, _, _) = operation.action, owners.contains(actor) { dropped.append(index) }
    }
    let moved = scenario.removing(dropped).mapOperations { operation in
      var operation = operation
      if case .map(slot, .file(let file, _), let sharing, let protection, let options) = operation.action {
        operation.action = .map(slot, .file(file, to.pages), sharing, protection, options)
      }
      var visitor = WordShifter(slot: slot, shift: shift)
      operation.action.visitOperands(&visitor)
      return operation
    }
    return IdentifierReplacer(slots: [slot: other]).replaced(moved)
  }

  private static func mentions(_ slot: SlotID, _ operation: Operation) -> Bool {
    IdentifierReplacer(slots: [slot: SlotID(slot.index ^ 1)]).replaced(Scenario([.operation(operation)]))
      != Scenario([.operation(operation)])
  }
}

/// Moves the words of one window by so many bytes.
private struct WordShifter: OperandVisitor {
  let slot: SlotID
  let shift: Int

  private func change(_ address: inout Address) {
    guard address.slot == slot else { return }
    address.offset = UInt32(clamping: Int(address.offset) + shift)
  }
  mutating func address(_ address: inout Address, _ use: AddressUse) { change(&address) }
  mutating func waitWords(_ words: inout [WaitWord]) { for index in words.indices { change(&words[index].address) } }
  mutating func keyWords(_ words: inout [ActorAddress]) { for index in words.indices { change(&words[index].address) } }
}
