/// Replaces a word by another one that is the same memory, through another mapping or in another process.
struct AliasMutator: Mutator {
  func mutate<Random: RandomNumberGenerator>(_ scenario: Scenario, using random: inout Random) -> Scenario? {
    for _ in 0..<12 {
      guard let position = scenario.anyPosition(using: &random) else { return nil }
      guard scenario[position].kind.namesWords else { continue }
      let sketch = Sketch(of: scenario, before: position)
      var operation = scenario[position]
      if case .keys(var words, let isPrivate) = operation.action {
        guard !words.isEmpty else { continue }
        let index = random.below(words.count)
        guard let alias = Self.alias(words[index], sketch, using: &random) else { continue }
        words[index] = alias
        operation.action = .keys(words, isPrivate: isPrivate)
      } else {
        guard let actor = operation.actor else { continue }
        var finder = WordReplacer(target: nil)
        var action = operation.action
        action.visitOperands(&finder)
        guard !finder.words.isEmpty else { continue }
        let target = random.below(finder.words.count)
        let word = ActorAddress(actor, finder.words[target])
        let isAlone = finder.words.count == 1 && position.lane == nil
        guard
          let alias = Self.alias(
            word, sketch, within: isAlone ? nil : sketch.population.process(of: actor), using: &random)
        else { continue }
        var replacer = WordReplacer(target: target, replacement: alias.address)
        operation.action.visitOperands(&replacer)
        if isAlone { operation.actor = alias.actor }
      }
      var mutant = scenario
      mutant[position] = operation
      return mutant
    }
    return nil
  }

  private static func alias<Random: RandomNumberGenerator>(
    _ word: ActorAddress, _ sketch: Sketch, within process: ActorID? = nil, using random: inout Random
  ) -> ActorAddress? {
    guard let key = sketch.key(word.actor, word.address, isPrivate: false) else { return nil }
    let own = sketch.population.process(of: word.actor)
    let others = sketch.words(of: key).filter {
      ($0.actor != own || $0.address != word.address) && (process == nil || $0.actor == process)
    }
    guard var alias = random.element(of: others) else { return nil }
    if alias.actor == own { alias.actor = word.actor }
    return alias
  }
}

extension OperationKind {
  /// Operations of the kind have addresses.
  fileprivate var namesWords: Bool {
    switch self {
    case .store, .load, .wait, .waitv, .wake, .requeue, .compareRequeue, .wakeOp, .lockPI, .tryLockPI, .unlockPI,
      .robust, .clearTID, .keys:
      true
    default: false
    }
  }
}

/// Collects the words of an operation, and replaces one of them.
private struct WordReplacer: OperandVisitor {
  let target: Int?
  var replacement = Address(SlotID(0))
  private(set) var words: [Address] = []

  init(target: Int?, replacement: Address = Address(SlotID(0))) {
    self.target = target
    self.replacement = replacement
  }
  mutating func address(_ address: inout Address, _ use: AddressUse) {
    if words.count == target { address = replacement }
    words.append(address)
  }
  mutating func waitWords(_ words: inout [WaitWord]) {
    for index in words.indices { address(&words[index].address, .futex) }
  }
}

extension Sketch {
  /// The state before the operation at the position, a race's lanes taken one after the other.
  init(of scenario: Scenario, before position: OperationPosition) {
    self.init()
    for element in scenario.elements[..<position.element] { perform(element) }
    guard let last = position.lane, case .race(let lanes) = scenario.elements[position.element] else { return }
    population.beginRace(lanes.map(\.actor))
    for (index, lane) in lanes.enumerated() where index <= last {
      population.beginLane(lane.actor)
      for operation in lane.operations[..<(index == last ? position.index : lane.operations.count)] {
        perform(operation)
      }
    }
  }

  /// Takes in an element; a race's lanes one after the other.
  public mutating func perform(_ element: Scenario.Element) {
    switch element {
    case .operation(let operation): perform(operation)
    case .race(let lanes):
      population.beginRace(lanes.map(\.actor))
      for lane in lanes {
        population.beginLane(lane.actor)
        for operation in lane.operations { perform(operation) }
      }
      population.endRace()
    }
  }
}
