import Scenario

/// Lets one identifier stand for another everywhere.
struct IdentifierReplacer: OperandVisitor {
  var actors: [ActorID: ActorID] = [:]
  var files: [FileID: FileID] = [:]
  var slots: [SlotID: SlotID] = [:]

  /// The scenario with them replaced. Not repaired.
  func replaced(_ scenario: Scenario) -> Scenario {
    var scenario = scenario.mapOperations { operation in
      var visitor = self
      var operation = operation
      if let actor = operation.actor { operation.actor = actors[actor] ?? actor }
      operation.action.visitOperands(&visitor)
      return operation
    }
    for index in scenario.elements.indices {
      guard case .race(var lanes) = scenario.elements[index] else { continue }
      for lane in lanes.indices { lanes[lane].actor = actors[lanes[lane].actor] ?? lanes[lane].actor }
      scenario.elements[index] = .race(lanes)
    }
    return scenario
  }

  mutating func file(_ file: inout FileID, _ use: FileUse) { file = files[file] ?? file }
  mutating func fileOrSystem(_ file: inout FileID?) { file = file.map { files[$0] ?? $0 } }
  mutating func source(_ source: inout MapSource) {
    if case .file(let file, let pages) = source { source = .file(files[file] ?? file, pages) }
  }
  mutating func slot(_ slot: inout SlotID) { slot = slots[slot] ?? slot }
  mutating func address(_ address: inout Address, _ use: AddressUse) { replace(in: &address) }
  private func replace(in address: inout Address) {
    if let slot = address.slot { address.base = .slot(slots[slot] ?? slot) }
  }
  mutating func waitWords(_ words: inout [WaitWord]) {
    for index in words.indices { replace(in: &words[index].address) }
  }
  mutating func keyWords(_ words: inout [ActorAddress]) {
    for index in words.indices {
      words[index].actor = actors[words[index].actor] ?? words[index].actor
      replace(in: &words[index].address)
    }
  }
}
