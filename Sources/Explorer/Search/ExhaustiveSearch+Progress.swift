import Machine

extension ExhaustiveSearch {
  /// Run alone from any state, a thread must not come back to the same state.
  ///
  /// Alone, a thread's way depends on the shared part and its own, so that steps that were remembered need not be run
  /// again: a way is followed until it ends, meets one that was followed before, or closes. A way with a step that has to
  /// be run each time is run whole.
  func progress(_ report: inout SearchReport, _ state: inout MachineState, _ scratch: inout MachineState) {
    var known: Set<String> = []
    var done = PairTable()
    // Whether a thread's part rests at the head of a loop: 0 is not known yet, 1 no, 2 yes.
    let rests = (0..<threads).map { _ in Buffer<UInt8>(repeating: 0, count: store.parts.threads) }
    for at in 0..<store.count {
      if at & 0x3f == 0, report.bound == nil, let bound = interruption() {
        report.bound = bound
        return
      }
      let numbers = store.numbers(at)
      for thread in 0..<threads {
        let local = Int(numbers[1 + thread])
        let rest = rests[thread].base[local]
        if rest == 1 { continue }
        let key = Self.key(thread, numbers)
        if rest == 2, done.value(key) != PairTable.missing { continue }
        state.withWords { store.load(at, into: $0) }
        let (line, runs) = state.edit {
          ($0.line(ofThread: thread), $0.status(ofThread: thread) == ThreadStatus.running)
        }
        let isHead = runs && race.interpreter.lanes[thread].isLoopHead(line)
        rests[thread].base[local] = isHead ? 2 : 1
        guard isHead else { continue }
        done.set(key, UInt64(at))
        guard mayReturn(from: key, at, &done), let (cycle, steps) = cycle(of: thread, from: state, &scratch)
        else { continue }
        let turning = scratch.edit { $0.line(ofThread: thread) }
        guard known.insert(looper(thread, turning)).inserted else { continue }
        let moves = [UInt8](repeating: UInt8(thread), count: steps)
        report.findings.append(livelock(at, thread, turning, moves: moves, cycle: cycle))
      }
    }
  }

  /// False when the way from a state ends for certain, or leads into one that was followed from an earlier state.
  private func mayReturn(from start: UInt64, _ at: Int, _ done: inout PairTable) -> Bool {
    var key = start
    while true {
      let value = steps.value(key)
      if value == Self.stays { return false }
      if value >= Self.again { return true }
      key = Self.key(after: key, value)
      let earlier = done.value(key)
      if earlier != PairTable.missing { return earlier == UInt64(at) }
      done.set(key, UInt64(at))
    }
  }

  /// Steps of the cycle into which a thread runs alone, and steps until it has gone round once; `nil` when it comes to
  /// its end or to where it waits.
  private func cycle(of thread: Int, from state: MachineState, _ scratch: inout MachineState) -> (Int, Int)? {
    scratch = state
    var watch = ReturnWatch(from: state)
    for steps in 1...20_000 {
      let outcome = scratch.edit { race.step($0, thread: thread) }
      if outcome.kind != .moved || scratch.edit({ $0.status(ofThread: thread) != ThreadStatus.running }) { return nil }
      if let length = watch.returned(to: &scratch) { return (length, steps) }
    }
    return nil
  }
}
