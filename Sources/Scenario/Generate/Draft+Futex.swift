extension Draft {
  private mutating func mode(_ kind: OperationKind) -> FutexMode {
    var mode = FutexMode(isPrivate: random.percent(chances.privateCall))
    let hasFutex2 = kind == .wait || kind == .wake || kind == .compareRequeue
    guard hasFutex2, profile.hasEverything, random.percent(chances.futex2) else { return mode }
    mode.interface = .futex2
    if random.percent(6) { mode.size = [.u8, .u16, .u64][random.below(3)] }
    mode.numa = random.percent(6)
    mode.mpol = random.percent(5)
    return mode
  }

  /// The value that the sketch sees at the word, as a rule.
  private mutating func value(_ actor: ActorID, _ address: Address) -> UInt32 {
    // Nobody knows what stands outside the windows: not this, at least.
    guard address.slot != nil else { return 0x5eed_5eed }
    if random.percent(6) { return UInt32(random.below(4)) }
    return sketch.key(actor, address, isPrivate: false).map(sketch.value) ?? 0
  }
  private mutating func bitset() -> UInt32 {
    if random.percent(88) { return .max }
    return [1, 2, 3, 0x8000_0000, 0][random.below(5)]
  }
  private mutating func timeout(isFutex2: Bool) -> Timeout {
    guard profile.hasEverything, random.percent(chances.timeout) else { return .none }
    let timeout = Timeout.allCases[random.below(Timeout.allCases.count)]
    return isFutex2 ? timeout.absolute : timeout
  }
  private mutating func count() -> Int32 {
    if random.percent(75) { return 1 }
    return [0, 2, 3, .max, -1][random.below(5)]
  }

  mutating func wait(_ actor: ActorID) -> Operation? {
    guard population.waiterCount < Limits.waiters else { return nil }
    let address = word(actor)
    let mode = mode(.wait)
    return Operation(
      actor,
      .wait(
        WaiterID(UInt8(population.waiterCount)), address, value: value(actor, address), bitset: bitset(),
        timeout(isFutex2: mode.interface == .futex2), mode))
  }

  mutating func waitv(_ actor: ActorID) -> Operation? {
    guard population.waiterCount < Limits.waiters else { return nil }
    let words = (0..<random.number(1...3)).map { _ in
      let address = known(word(actor))
      var word = WaitWord(address, value: value(actor, address))
      word.mode.isPrivate = random.percent(chances.privateCall)
      word.mode.numa = random.percent(2)
      return word
    }
    return Operation(
      actor, .waitv(WaiterID(UInt8(population.waiterCount)), words, timeout(isFutex2: true)))
  }

  /// An address that mentions no new slot: in an operation with several words only the first may.
  private mutating func known(_ address: Address) -> Address {
    guard let slot = address.slot, Int(slot.index) >= population.slotCount, slot.index > 0 else { return address }
    return Address(SlotID(0), address.offset)
  }

  /// A wake of somebody who sleeps, through any of the mappings of the word; without a sleeper a wait as a rule.
  mutating func wake(_ actor: ActorID) -> Operation? {
    if random.percent(chances.aimedWake) {
      if let aimed = aimedWake() { return aimed }
      if random.percent(85) { return wait(actor) }
    }
    let mode = mode(.wake)
    return Operation(actor, .wake(word(actor), count: count(), bitset: bitset(), mode))
  }

  private mutating func aimedWake() -> Operation? {
    guard let sleeper = random.element(of: sketch.sleepers), let (actor, address) = word(of: sleeper.key) else {
      return nil
    }
    var mode = FutexMode(isPrivate: sleeper.isPrivate)
    if profile.hasEverything, random.percent(sleeper.isFutex2 ? 70 : chances.futex2) { mode.interface = .futex2 }
    let bits: UInt32 = sleeper.bitset != .max && random.percent(40) ? sleeper.bitset : .max
    return Operation(actor, .wake(address, count: count(), bitset: bits, mode))
  }

  /// A requeue of somebody who sleeps, as a rule, to a favourite word.
  mutating func requeue(_ actor: ActorID, _ kind: OperationKind) -> Operation? {
    var actor = actor
    var mode = mode(kind)
    var from = known(word(actor))
    if random.percent(70), let sleeper = random.element(of: sketch.sleepers),
      let (other, address) = word(of: sleeper.key)
    {
      (actor, from) = (other, address)
      mode.isPrivate = sleeper.isPrivate
    }
    let to = known(word(actor))
    let wake = Int32([0, 1, 1, 2][random.below(4)])
    let move = Int32([1, 1, 2, Int(Int32.max)][random.below(4)])
    if kind == .requeue { return Operation(actor, .requeue(from, to, wake: wake, move: move, mode)) }
    return Operation(
      actor, .compareRequeue(from, to, wake: wake, move: move, value: value(actor, from), mode))
  }

  mutating func keys() -> Operation? {
    guard !population.isInRace, let first = actor() else { return nil }
    var words = [ActorAddress(first, known(word(first)))]
    for _ in 0..<random.number(1...4) {
      guard let actor = actor() else { break }
      words.append(ActorAddress(actor, known(word(actor))))
    }
    if let key = random.element(of: favourites), let (actor, address) = word(of: key) {
      words.append(ActorAddress(actor, address))
    }
    return Operation(nil, .keys(words, isPrivate: random.percent(chances.privateCall)))
  }

  mutating func futexAction(_ kind: OperationKind, _ actor: ActorID) -> Action? {
    let mode = FutexMode(isPrivate: random.percent(chances.privateCall))
    switch kind {
    case .store: return .store(accessWord(actor), UInt32(random.below(4)))
    case .load: return .load(accessWord(actor))
    case .wakeOp:
      guard let modifier = random.element(of: WakeOperation.Modifier.allCases),
        let comparison = random.element(of: WakeOperation.Comparison.allCases)
      else { return nil }
      let operation = WakeOperation(
        modifier, Int16(random.number(-1...3)), comparison, Int16(random.number(-1...2)))
      return .wakeOp(known(word(actor)), known(word(actor)), wake: count(), wake2: count(), operation, mode)
    case .cancel: return random.element(of: population.cancellable(by: actor)).map { .cancel($0) }
    case .lockPI: return .lockPI(word(actor), mode)
    case .tryLockPI: return .tryLockPI(word(actor), mode)
    case .unlockPI: return .unlockPI(word(actor), mode)
    case .robust: return .robust(accessWord(actor))
    case .clearTID: return .clearTID(word(actor))
    case .hashSlots: return .hashSlots([0, 1, 2, 4, 16, 128][random.below(6)])
    default: return nil
    }
  }
}
