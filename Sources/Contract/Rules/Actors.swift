import Scenario

/// `fork(2)`, `exit_group(2)`, and what the kernel does to futexes when a thread ends.
extension ContractState {
  mutating func startProcess(_ new: ActorID, _ step: inout Step) -> OperationResult {
    spaces.append(AddressSpace())
    actors[Int(new.index)] = Actor(space: UInt8(spaces.count - 1), isThread: false)
    return step.succeed(.process)
  }

  /// Waiters, locks on memory, the robust list and the address to clear are not inherited.
  mutating func fork(_ parent: UInt8, _ new: ActorID, _ step: inout Step) -> OperationResult {
    var copy = spaces[Int(parent)]
    for index in copy.regions.indices { copy.regions[index].isLocked = false }
    copy.usesGlobalHash = false
    spaces.append(copy)
    actors[Int(new.index)] = Actor(space: UInt8(spaces.count - 1), isThread: false)
    return step.succeed(.fork)
  }

  mutating func startThread(_ space: UInt8, _ new: ActorID, _ step: inout Step) -> OperationResult {
    actors[Int(new.index)] = Actor(space: space, isThread: true)
    return step.succeed(.thread)
  }

  mutating func exit(_ id: ActorID, _ actor: Actor, _ step: inout Step) -> OperationResult {
    if actor.isThread {
      endThread(id, clears: true, processEnds: false, &step)
      return step.succeed(.exitThread)
    }
    for index in actors.indices where actors[index]?.space == actor.space && actors[index]?.isAlive == true {
      // Only while others use the address space is the word cleared: the last thread to end skips it.
      let clears = actors[index]?.clearTID != nil && step.chooseWhether(.clearTIDAtExit)
      endThread(ActorID(UInt8(index)), clears: clears, processEnds: true, &step)
    }
    for entry in queue where entry.space == actor.space {
      step.ended.removeAll { $0.waiter == entry.waiter }
      step.end(entry.waiter, .died)
    }
    return step.succeed(.exitProcess)
  }

  /// The robust list first, then the address to clear; both wake with *shared* calls.
  private mutating func endThread(_ id: ActorID, clears: Bool, processEnds: Bool, _ step: inout Step) {
    guard let actor = actors[Int(id.index)] else { return }
    for word in actor.robust {
      guard case .success(let location) = touch(actor.space, word, write: false) else { break }
      guard case .owner(id, let flags) = value(at: location) else { continue }
      guard case .success(let location) = touch(actor.space, word, write: true) else { break }
      set(location, .known(flags & WordValue.waiters | WordValue.ownerDied))
      if flags & WordValue.waiters != 0 { kernelWake(actor.space, word, processEnds, &step) }
    }
    if clears, let word = actor.clearTID {
      if case .success(let location) = touch(actor.space, word, write: true) { set(location, .known(0)) }
      kernelWake(actor.space, word, processEnds, &step)
    }
    actors[Int(id.index)]?.isAlive = false
  }

  /// A shared wake of one waiter. One of the dying process itself may be the one that is found: it ends as dead.
  private mutating func kernelWake(_ space: UInt8, _ word: Address, _ processEnds: Bool, _ step: inout Step) {
    guard case .success(let derived) = deriveKey(space, word, .read, .shared, &step) else { return }
    let found = queue.filter { $0.key == derived.key }
    if found.first?.space != space || !processEnds {
      _ = wakeQueued(derived, atMost: 1, &step)
    } else if let other = found.first(where: { $0.space != space }), step.chooseWhether(.kernelWakeMeetsDying) {
      step.end(other.waiter, .woken)
    }
  }
}
