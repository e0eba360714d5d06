import Machine

extension ExhaustiveSearch {
  /// What is remembered of a step that leads to no other state in this way.
  private static let stays = UInt64.max - 1
  /// What is remembered of a step that has to be run each time.
  private static let again = UInt64.max - 2

  /// Expands states until there is none left, or a bound is hit.
  mutating func explore(_ words: UnsafeMutablePointer<UInt64>, _ scratch: UnsafeMutablePointer<UInt64>) {
    let view = StateRef(words: words)
    let next = StateRef(words: scratch)
    scratch.update(from: words, count: Layout.stateBytes / 8)
    let numbers = Buffer<UInt32>(repeating: 0, count: 8)
    let successor = numbers.base
    defer { withExtendedLifetime(numbers) {} }
    let width = threads + 1
    while at < store.count {
      if let bound = bound() {
        report.bound = bound
        return
      }
      var isLoaded = false
      if report.witnesses & wanted != wanted {
        store.load(at, into: words)
        isLoaded = true
        report.witnesses |= Witness.seen(view)
      }
      var moved = false
      for thread in 0..<threads {
        var tuple = store.numbers(at)
        let shared = tuple[0]
        let key = UInt64(thread) << 62 | UInt64(shared) << 32 | UInt64(tuple[1 + thread])
        var value = remembers ? steps.value(key) : Self.again
        if value == Self.stays { continue }
        if value >= Self.again {
          if !isLoaded {
            store.load(at, into: words)
            isLoaded = true
          }
          let isNew = value == PairTable.missing
          guard view.status(ofThread: thread) == ThreadStatus.running else {
            if isNew { steps.set(key, Self.stays) }
            continue
          }
          let line = view.line(ofThread: thread)
          let isWide = race.interpreter.lanes[thread].concernsOthers(line)
          scratch.update(from: words, count: Layout.stateBytes / 8)
          let outcome = race.step(next, thread: thread)
          if outcome.kind == .blocked {
            if isNew { steps.set(key, isWide ? Self.again : Self.stays) }
            continue
          }
          moved = true
          covered[thread][line] = true
          if outcome.warning == nil, outcome.violation == nil, isNew, !isWide {
            value = UInt64(store.number(shared: scratch)) << 32 | UInt64(store.number(local: scratch, thread))
            steps.set(key, value)
          } else {
            if isNew { steps.set(key, Self.again) }
            report.transitions += 1
            if let warning = outcome.warning {
              note(.warn, at: at, thread: thread, line: warning)
              if stopsAtFirst { return }
            }
            if let violation = outcome.violation {
              note(violation, at: at, thread: thread, line: outcome.line)
              if stopsAtFirst { return }
              continue
            }
            let (_, isNew) = store.insert(scratch, parent: at)
            if isNew { origins.extend(1).pointee = UInt32(at) << 2 | UInt32(thread) }
            continue
          }
          tuple = store.numbers(at)
        }
        moved = true
        report.transitions += 1
        for part in 0..<width { successor[part] = tuple[part] }
        let after = UInt32(value >> 32)
        successor[0] = after
        successor[1 + thread] = UInt32(truncatingIfNeeded: value)
        if after != shared {
          for other in 0..<threads where other != thread && store.isDeriving(successor[1 + other]) {
            successor[1 + other] = extended(successor[1 + other], beside: after, scratch)
          }
        }
        let (_, isNew) = store.insert(numbers: successor)
        if isNew { origins.extend(1).pointee = UInt32(at) << 2 | UInt32(thread) }
      }
      if !moved {
        if !isLoaded { store.load(at, into: words) }
        end(view, at)
      }
      at += 1
    }
  }

  /// A thread's part with what the shared part promises added to what it may come to.
  @inline(__always)
  private mutating func extended(_ local: UInt32, beside shared: UInt32, _ scratch: UnsafeMutablePointer<UInt64>)
    -> UInt32
  {
    let key = UInt64(shared) << 32 | UInt64(local)
    let value = extensions.value(key)
    return value != PairTable.missing ? UInt32(value) : extend(key, local, shared, scratch)
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

  /// Asked before each state is expanded: room for all that it can lead to is there, or the search ends.
  private func bound() -> Bound? {
    if store.count + threads > min(limits.states, Self.mostStates) { return .states }
    if bytes >= limits.bytes { return .memory }
    // A look at the clock costs as much as a step.
    return at & 0x3f == 0 ? interruption() : nil
  }
}
