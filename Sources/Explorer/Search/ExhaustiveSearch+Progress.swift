import Machine

extension ExhaustiveSearch {
  /// A thread that rests at the head of a loop, in the first state in which it and the shared part are as they are.
  struct Head: BitwiseCopyable {
    var state: UInt32
    var thread: UInt32
  }

  /// Notes where a thread rests at the head of a loop; to be asked of each first step.
  @inline(__always)
  func note(headAt line: Int, of thread: Int, in state: Int) {
    guard race.interpreter.lanes[thread].isLoopHead(line) else { return }
    heads.extend(1).pointee = Head(
      state: UInt32(truncatingIfNeeded: state), thread: UInt32(truncatingIfNeeded: thread))
  }

  /// Notes heads in states of which no step was run.
  func noteHeads(in states: Range<Int>) {
    var state = race.initial
    for at in states {
      state.withWords { words in
        store.load(at, into: words)
        let view = StateRef(words: words)
        for thread in 0..<threads where view.status(ofThread: thread) == ThreadStatus.running {
          note(headAt: view.line(ofThread: thread), of: thread, in: at)
        }
      }
    }
  }

  /// Run alone from any state, a thread must not come back to the same state.
  ///
  /// Alone, a thread's way depends on the shared part and its own, so that steps that were remembered need not be run
  /// again: a way is followed until it ends, meets one that was followed before, or closes. A way with a step that has to
  /// be run each time is run whole.
  func progress(_ report: inout SearchReport, _ state: inout MachineState, _ scratch: inout MachineState) {
    var known: Set<String> = []
    var done = PairTable()
    for index in 0..<heads.count {
      if index & 0x3f == 0, report.bound == nil, let bound = interruption() {
        report.bound = bound
        return
      }
      let (at, thread) = (Int(heads.base[index].state), Int(heads.base[index].thread))
      let key = Self.key(thread, store.numbers(at))
      if done.value(key) != PairTable.missing { continue }
      done.set(key, UInt64(at))
      state.withWords { store.load(at, into: $0) }
      guard mayReturn(from: key, at, &done), let (cycle, steps) = cycle(of: thread, from: state, &scratch)
      else { continue }
      let turning = scratch.edit { $0.line(ofThread: thread) }
      guard known.insert(looper(thread, turning)).inserted else { continue }
      let moves = [UInt8](repeating: UInt8(thread), count: steps)
      report.findings.append(livelock(at, thread, turning, moves: moves, cycle: cycle))
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
