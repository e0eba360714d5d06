import Scenario

/// `keys`: which words have the same key, found by waking.
extension ContractState {
  mutating func keys(_ words: [ActorAddress], isPrivate: Bool, _ step: inout Step) throws(Unsupported)
    -> OperationResult
  {
    let mode = isPrivate ? FutexMode.private : .shared
    var spaces: [UInt8] = []
    for word in words {
      guard let actor = actor(word.actor) else { throw Unsupported("an actor that has ended") }
      spaces.append(actor.space)
    }
    // A probe on each word: the value is read, then waited for.
    var waits: [Bool] = []
    for (word, space) in zip(words, spaces) {
      let isReadable = touch(space, word.address, write: false).isSuccess
      let derived = deriveKey(space, word.address, .read, mode, &step)
      waits.append(isReadable && derived.isSuccess)
    }
    // A wake by each word.
    var classes: [(key: Key, number: UInt8)] = []
    var next: UInt8 = 0
    var result: [KeyClass] = []
    for (index, word) in words.enumerated() {
      switch deriveKey(spaces[index], word.address, .read, mode, &step) {
      case .failure(let error): result.append(.none(error))
      case .success(let derived):
        _ = wakeQueued(derived, atMost: .max, &step)
        guard waits[index] else {
          // A private wake needs no memory; a wait on the word does, to read its value.
          result.append(.none(.EFAULT))
          continue
        }
        if let known = classes.first(where: { $0.key == derived.key }) {
          result.append(.key(known.number))
        } else {
          classes.append((derived.key, next))
          result.append(.key(next))
          next += 1
        }
      }
    }
    step.rule = .keys
    return .partition(result)
  }
}
