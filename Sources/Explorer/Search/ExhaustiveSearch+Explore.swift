import Machine

extension ExhaustiveSearch {
  /// What is remembered of a step that leads to no other state in this way.
  static let stays = UInt64.max - 1
  /// What is remembered of a step that has to be run each time.
  static let again = UInt64.max - 2
  /// Beside the numbers that a step leads to: it changed something that other threads may be promised.
  private static let promises: UInt64 = 1 << 62
  private static let sharedMask: UInt32 = 1 << 30 - 1
  /// States that are expanded together, so that the tables are looked into while others are still awaited: a search is
  /// as fast as memory answers.
  private static let block = 64

  /// A step that was done and whose state is not yet stored.
  struct Successor: BitwiseCopyable {
    /// The numbers of the shared part and of the thread's own part after the step, as they are remembered.
    var value: UInt64
    var origin: UInt32
    /// Where the numbers of all parts stand, when other threads' parts have changed, too; -1: they have not.
    var all: Int32 = -1
  }

  /// States that are expanded together.
  struct Block {
    /// For each thread of each state what its step is remembered by.
    let keys: Buffer<UInt64>
    let successors: Buffer<Successor>
    let numbers: Buffer<SIMD8<UInt32>>

    init(steps: Int) {
      keys = Buffer(capacity: steps)
      successors = Buffer(capacity: steps)
      numbers = Buffer(capacity: steps)
    }
    func clear() {
      keys.drop(keys.count)
      successors.drop(successors.count)
      numbers.drop(numbers.count)
    }
  }

  /// Expands states until there is none left, or a bound is hit.
  mutating func explore(_ words: UnsafeMutablePointer<UInt64>, _ scratch: UnsafeMutablePointer<UInt64>) {
    scratch.update(from: words, count: Layout.stateBytes / 8)
    let block = Block(steps: Self.block * max(1, threads))
    defer { withExtendedLifetime(block) {} }
    while at < store.count {
      if let bound = bound() {
        boundHit = bound
        return
      }
      // So many that there is room for all that they can lead to.
      let room = (min(limits.states, Self.mostStates) - store.count) / max(1, threads)
      let end = min(at + min(Self.block, max(1, room)), store.count)
      block.clear()
      lookAhead(at..<end, block)
      var isDone = false
      var steps = 0
      while at < end, !isDone {
        isDone = expand(at, steps, words, scratch, block)
        steps += threads
        if !isDone { at += 1 }
      }
      settle(block, scratch)
      if isDone { return }
    }
  }

  /// Works out what the steps of some states are remembered by, and touches what is remembered.
  @inline(__always) private mutating func lookAhead(_ states: Range<Int>, _ block: Block) {
    if store.isWide { keys(states, block, as: UInt128.self) } else { keys(states, block, as: UInt64.self) }
    // A loop of its own, so short that the processor has many of the accesses under way at once.
    var sum: UInt64 = 0
    for index in 0..<block.keys.count { sum &+= steps.touch(block.keys.base[index]) }
    touched &+= sum
  }

  @inline(__always) private func keys<Key: TableKey>(_ states: Range<Int>, _ block: Block, as: Key.Type) {
    let packing = store.packing
    let keys = block.keys.extend(states.count &* threads)
    var index = 0
    for state in states {
      let packed: Key = store.key(state)
      let shared = packing.shared(packed)
      for thread in 0..<threads {
        keys[index] = Self.key(thread, shared, packing.local(packed, thread))
        index &+= 1
      }
    }
  }

  /// Stands for a thread, the shared part and the thread's own part.
  @inline(__always) static func key(_ thread: Int, _ numbers: SIMD8<UInt32>) -> UInt64 {
    key(thread, numbers[0], numbers[1 + thread])
  }
  @inline(__always) private static func key(_ thread: Int, _ shared: UInt32, _ local: UInt32) -> UInt64 {
    UInt64(truncatingIfNeeded: thread) &<< 62 | UInt64(shared) &<< 32 | UInt64(local)
  }
  /// Of the same thread after a step to what is remembered of it.
  static func key(after key: UInt64, _ value: UInt64) -> UInt64 {
    let threads = UInt64(3) << 62
    return key & threads | value & ~threads
  }

  /// Of a state that was reached from another by a thread's step.
  @inline(__always) private static func origin(_ state: Int, _ thread: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: state) << 2 | UInt32(truncatingIfNeeded: thread)
  }

  /// Steps each thread of a state, whose keys stand in the block from `first` on. Returns whether the search is over: the
  /// first finding was wanted, and is there.
  @inline(__always)
  private mutating func expand(
    _ at: Int, _ first: Int, _ words: UnsafeMutablePointer<UInt64>, _ scratch: UnsafeMutablePointer<UInt64>,
    _ block: Block
  ) -> Bool {
    var isLoaded = false
    if record.witnesses & wanted != wanted {
      store.load(at, into: words)
      isLoaded = true
      record.witnesses |= Witness.seen(StateRef(words: words))
    }
    var moved = false
    for thread in 0..<threads {
      let key = block.keys.base[first + thread]
      var value = remembers ? steps.value(key) : Self.again
      if value == Self.stays { continue }
      if value >= Self.again {
        if !isLoaded {
          store.load(at, into: words)
          isLoaded = true
        }
        value = run(at, thread, key, isNew: value == PairTable.missing, &moved, words, scratch, block)
        if stopsAtFirst, !record.findings.isEmpty { return true }
        if value == Self.stays { continue }
      }
      moved = true
      record.transitions += 1
      block.successors.extend(1).pointee = Successor(value: value, origin: Self.origin(at, thread))
    }
    if !moved {
      if !isLoaded { store.load(at, into: words) }
      end(StateRef(words: words), at)
    }
    return stopsAtFirst && !record.findings.isEmpty
  }

  /// Really steps a thread of the state in `words`. What it comes to, `stays` when there is nothing more to do.
  @inline(never)
  private mutating func run(
    _ at: Int, _ thread: Int, _ key: UInt64, isNew: Bool, _ moved: inout Bool, _ words: UnsafeMutablePointer<UInt64>,
    _ scratch: UnsafeMutablePointer<UInt64>, _ block: Block
  ) -> UInt64 {
    let view = StateRef(words: words)
    guard view.status(ofThread: thread) == ThreadStatus.running else {
      if isNew { steps.set(key, Self.stays) }
      return Self.stays
    }
    let line = view.line(ofThread: thread)
    if isNew || !remembers { note(headAt: line, of: thread, in: at) }
    let isWide = race.interpreter.lanes[thread].concernsOthers(line)
    scratch.update(from: words, count: Layout.stateBytes / 8)
    let outcome = race.step(StateRef(words: scratch), thread: thread)
    if outcome.kind == .blocked {
      if isNew { steps.set(key, isWide ? Self.again : Self.stays) }
      return Self.stays
    }
    moved = true
    record.cover(thread, line, in: view)
    if outcome.warning == nil, outcome.violation == nil, isNew, !isWide {
      var value = UInt64(store.number(shared: scratch)) << 32 | UInt64(store.number(local: scratch, thread))
      if concernsPromises(words, scratch) { value |= Self.promises }
      steps.set(key, value)
      return value
    }
    if isNew { steps.set(key, Self.again) }
    record.transitions += 1
    if let warning = outcome.warning {
      note(.warn, at: at, move: thread, line: warning)
      if stopsAtFirst { return Self.stays }
    }
    if let violation = outcome.violation {
      note(violation, at: at, move: thread, line: outcome.line)
      return Self.stays
    }
    block.successors.extend(1).pointee = Successor(
      value: 0, origin: Self.origin(at, thread), all: Int32(truncatingIfNeeded: block.numbers.count))
    block.numbers.extend(1).pointee = store.numbers(of: scratch, parent: at)
    return Self.stays
  }

  /// Whether two shared parts differ in what others may be promised.
  private func concernsPromises(_ words: UnsafePointer<UInt64>, _ other: UnsafePointer<UInt64>) -> Bool {
    var difference: UInt64 = 0
    for (word, mask) in promised.enumerated() { difference |= (words[word] ^ other[word]) & mask }
    return difference != 0
  }

  /// Stores what a block of states leads to, in order.
  @inline(__always)
  private mutating func settle(_ block: Block, _ scratch: UnsafeMutablePointer<UInt64>) {
    let successors = block.successors.base
    for index in 0..<block.successors.count where successors[index].value & Self.promises != 0 {
      promise(successors + index, block, scratch)
    }
    store.fit()
    if store.isWide { insert(block, as: UInt128.self) } else { insert(block, as: UInt64.self) }
  }

  /// The step changed what others may be promised: the parts of those that derive or look up are extended.
  @inline(never)
  private mutating func promise(
    _ successor: UnsafeMutablePointer<Successor>, _ block: Block, _ scratch: UnsafeMutablePointer<UInt64>
  ) {
    let stepped = Int(successor.pointee.origin & 3)
    var numbers = store.numbers(Int(successor.pointee.origin >> 2))
    numbers[0] = Self.shared(successor.pointee.value)
    numbers[1 + stepped] = UInt32(truncatingIfNeeded: successor.pointee.value)
    for other in 0..<threads where other != stepped && store.isDeriving(numbers[1 + other]) {
      numbers[1 + other] = extended(numbers[1 + other], beside: numbers[0], scratch)
    }
    successor.pointee.all = Int32(truncatingIfNeeded: block.numbers.count)
    block.numbers.extend(1).pointee = numbers
  }

  @inline(__always) private mutating func insert<Key: TableKey>(_ block: Block, as: Key.Type) {
    let successors = block.successors.base
    let count = block.successors.count
    withUnsafeTemporaryAllocation(of: Key.self, capacity: Self.block * Layout.threads) { keys in
      guard let keys = keys.baseAddress else { return }
      for index in 0..<count {
        let successor = successors[index]
        keys[index] =
          successor.all >= 0
          ? store.packing.key(block.numbers.base[Int(successor.all)])
          : store.packing.key(
            store.key(Int(successor.origin >> 2)), thread: Int(successor.origin & 3),
            shared: Self.shared(successor.value), local: UInt32(truncatingIfNeeded: successor.value))
      }
      var sum: UInt64 = 0
      for index in 0..<count { sum &+= store.touch(keys[index]) }
      touched &+= sum
      for index in 0..<count where store.insert(keys[index]) { origins.append(successors[index].origin) }
    }
  }

  @inline(__always) private static func shared(_ value: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: value >> 32) & sharedMask
  }

  /// A thread's part with what the shared part promises added to what it may come to.
  @inline(__always)
  private mutating func extended(_ local: UInt32, beside shared: UInt32, _ scratch: UnsafeMutablePointer<UInt64>)
    -> UInt32
  {
    let key = UInt64(shared) << 32 | UInt64(local)
    let value = extensions.value(key)
    return value != PairTable.missing
      ? UInt32(truncatingIfNeeded: value) : extend(key, local, shared, scratch)
  }

  @inline(never)
  private mutating func extend(
    _ key: UInt64, _ local: UInt32, _ shared: UInt32, _ scratch: UnsafeMutablePointer<UInt64>
  ) -> UInt32 {
    store.load(shared: shared, into: scratch)
    store.load(local: local, 0, into: scratch)
    race.interpreter.extendAllowed(StateRef(words: scratch), thread: 0)
    let number = store.number(local: scratch, 0)
    extensions.set(key, UInt64(number))
    return number
  }

  /// Asked before a block of states is expanded: there is room for what the first of them can lead to, or the search
  /// ends.
  private mutating func bound() -> Bound? {
    if store.count + threads > min(limits.states, Self.mostStates) { return .states }
    if bytes >= limits.bytes || store.isFull { return .memory }
    return interruption()
  }
}
