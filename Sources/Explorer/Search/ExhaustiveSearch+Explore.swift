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
  private static let block = 16

  /// A step that was done and whose state is not yet stored.
  private struct Successor: BitwiseCopyable {
    var numbers = SIMD8<UInt32>()
    var hash: UInt64 = 0
    var origin: UInt32 = 0
    /// The thread whose step changed the shared part, so that others' parts may be extended; -1: none.
    var extends: Int32 = -1
  }

  /// Expands states until there is none left, or a bound is hit.
  mutating func explore(_ words: UnsafeMutablePointer<UInt64>, _ scratch: UnsafeMutablePointer<UInt64>) {
    scratch.update(from: words, count: Layout.stateBytes / 8)
    let pending = Buffer<Successor>(capacity: Self.block * max(1, threads))
    defer { withExtendedLifetime(pending) {} }
    while at < store.count {
      if let bound = bound() {
        boundHit = bound
        return
      }
      // So many that there is room for all that they can lead to.
      let room = (min(limits.states, Self.mostStates) - store.count) / max(1, threads)
      let end = min(at + min(Self.block, max(1, room)), store.count)
      lookAhead(at..<end)
      pending.drop(pending.count)
      var isDone = false
      while at < end, !isDone {
        isDone = expand(at, words, scratch, pending)
        if !isDone { at += 1 }
      }
      settle(pending, scratch)
      if isDone { return }
    }
  }

  /// Touches what is remembered of the steps of some states.
  @inline(__always) private mutating func lookAhead(_ states: Range<Int>) {
    var sum: UInt64 = 0
    for state in states {
      let numbers = store.numbers(state)
      for thread in 0..<threads { sum &+= steps.touch(Self.key(thread, numbers)) }
    }
    touched &+= sum
  }

  /// Stands for a thread, the shared part and the thread's own part.
  @inline(__always) static func key(_ thread: Int, _ numbers: SIMD8<UInt32>) -> UInt64 {
    UInt64(thread) << 62 | UInt64(numbers[0]) << 32 | UInt64(numbers[1 + thread])
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

  /// Steps each thread of a state. Returns whether the search is over: the first finding was wanted, and is there.
  @inline(__always)
  private mutating func expand(
    _ at: Int, _ words: UnsafeMutablePointer<UInt64>, _ scratch: UnsafeMutablePointer<UInt64>,
    _ pending: Buffer<Successor>
  ) -> Bool {
    var isLoaded = false
    if record.witnesses & wanted != wanted {
      store.load(at, into: words)
      isLoaded = true
      record.witnesses |= Witness.seen(StateRef(words: words))
    }
    var moved = false
    let numbers = store.numbers(at)
    for thread in 0..<threads {
      let key = Self.key(thread, numbers)
      var value = remembers ? steps.value(key) : Self.again
      if value == Self.stays { continue }
      if value >= Self.again {
        if !isLoaded {
          store.load(at, into: words)
          isLoaded = true
        }
        value = run(at, thread, key, isNew: value == PairTable.missing, &moved, words, scratch, pending)
        if stopsAtFirst, !record.findings.isEmpty { return true }
        if value == Self.stays { continue }
      }
      moved = true
      record.transitions += 1
      var successor = Successor()
      successor.numbers = numbers
      successor.numbers[0] = UInt32(truncatingIfNeeded: value >> 32) & Self.sharedMask
      successor.numbers[1 + thread] = UInt32(truncatingIfNeeded: value)
      successor.origin = Self.origin(at, thread)
      if value & Self.promises != 0 {
        successor.extends = Int32(truncatingIfNeeded: thread)
        var sum: UInt64 = 0
        for other in 0..<threads {
          sum &+= extensions.touch(UInt64(successor.numbers[0]) << 32 | UInt64(numbers[1 + other]))
        }
        touched &+= sum
      }
      pending.extend(1).pointee = successor
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
    _ scratch: UnsafeMutablePointer<UInt64>, _ pending: Buffer<Successor>
  ) -> UInt64 {
    let view = StateRef(words: words)
    guard view.status(ofThread: thread) == ThreadStatus.running else {
      if isNew { steps.set(key, Self.stays) }
      return Self.stays
    }
    let line = view.line(ofThread: thread)
    let isWide = race.interpreter.lanes[thread].concernsOthers(line)
    scratch.update(from: words, count: Layout.stateBytes / 8)
    let outcome = race.step(StateRef(words: scratch), thread: thread)
    if outcome.kind == .blocked {
      if isNew { steps.set(key, isWide ? Self.again : Self.stays) }
      return Self.stays
    }
    moved = true
    record.covered[thread][line] = true
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
    var successor = Successor()
    successor.numbers = store.numbers(of: scratch, parent: at)
    successor.origin = Self.origin(at, thread)
    pending.extend(1).pointee = successor
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
  private mutating func settle(_ pending: Buffer<Successor>, _ scratch: UnsafeMutablePointer<UInt64>) {
    let successors = pending.base
    let count = pending.count
    var sum: UInt64 = 0
    for index in 0..<count {
      let stepped = Int(successors[index].extends)
      if stepped >= 0 {
        var numbers = successors[index].numbers
        for other in 0..<threads where other != stepped && store.isDeriving(numbers[1 + other]) {
          numbers[1 + other] = extended(numbers[1 + other], beside: numbers[0], scratch)
        }
        successors[index].numbers = numbers
      }
      let hash = store.hash(successors[index].numbers)
      successors[index].hash = hash
      sum &+= UInt64(store.touch(hash))
    }
    touched &+= sum
    for index in 0..<count {
      let (_, isNew) = store.insert(successors[index].numbers, successors[index].hash)
      if isNew { origins.extend(1).pointee = successors[index].origin }
    }
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
  private func bound() -> Bound? {
    if store.count + threads > min(limits.states, Self.mostStates) { return .states }
    if bytes >= limits.bytes { return .memory }
    return interruption()
  }
}
