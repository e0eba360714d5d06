import Machine

extension BufferedSearch {
  /// Run alone from any state, a thread must not come back to the same state.
  ///
  /// What waits in a buffer leaves it in the end, whoever runs. So it is enough to begin where all buffers are empty and
  /// nothing was read early, and to let each store of the one thread out at once: the thread reads its own stores anyhow,
  /// and nobody else is there to tell. Where a thread that never returns has others' stores to wait for, it is met behind
  /// them; what it has read early is used up, or forgotten, before it has gone round.
  mutating func progress(_ report: inout SearchReport, _ state: inout MachineState, _ scratch: inout MachineState) {
    var known: Set<String> = []
    // For each thread and state, one more than the state from which the thread's way was followed through it.
    let done = (0..<race.interpreter.laneCount).map { _ in Buffer<UInt32>(repeating: 0, count: store.count) }
    // The last part holds the buffers; in the first state they are empty.
    let buffers = store.threads
    let empty = store.numbers(0)[buffers]
    for at in 0..<store.count {
      if at & 0x3f == 0, report.bound == nil, let bound = interruption() {
        report.bound = bound
        return
      }
      guard store.numbers(at)[buffers] == empty else { continue }
      state.withWords { store.load(at, into: $0) }
      for thread in 0..<race.interpreter.laneCount where done[thread].base[at] == 0 {
        let isHead = state.edit {
          $0.status(ofThread: thread) == ThreadStatus.running
            && race.interpreter.lanes[thread].isLoopHead($0.line(ofThread: thread))
        }
        guard isHead, goesRound(thread, from: state, at, done[thread], &scratch),
          let (moves, cycle) = cycle(of: thread, from: state, &scratch)
        else { continue }
        let line = scratch.edit { $0.line(ofThread: thread) }
        guard known.insert(looper(thread, line)).inserted else { continue }
        report.findings.append(livelock(at, thread, line, moves: moves, cycle: cycle))
      }
    }
  }

  /// Whether the way of a thread alone closes; not when it ends, waits, or leads into one that was followed before. Each
  /// state on it was met by the search.
  private mutating func goesRound(
    _ thread: Int, from state: MachineState, _ at: Int, _ done: Buffer<UInt32>, _ scratch: inout MachineState
  ) -> Bool {
    scratch = state
    var now = at
    var moves: [UInt8] = []
    while true {
      let earlier = done.base[now]
      if earlier != 0 { return earlier == UInt32(at + 1) }
      done.base[now] = UInt32(at + 1)
      guard alone(thread, &scratch, &moves) else { return false }
      now = scratch.withWords { store.insert($0, parent: now).state }
      // After a bound the search has not met all of them.
      if now >= done.count { return false }
      moves.removeAll(keepingCapacity: true)
    }
  }

  /// One step of a thread, and all its stores out. False when it ends there, waits, or breaks a rule.
  private func alone(_ thread: Int, _ state: inout MachineState, _ moves: inout [UInt8]) -> Bool {
    state.edit { state in
      guard state.status(ofThread: thread) == ThreadStatus.running,
        race.step(state, thread: thread).kind == .moved
      else { return false }
      moves.append(UInt8(thread))
      let oldest = Move.oldest(of: thread)
      while race.mayMove(state, oldest) {
        guard race.step(state, thread: oldest).kind == .moved else { return false }
        moves.append(UInt8(oldest))
      }
      return true
    }
  }

  /// The moves of a thread that runs alone until it has gone round once, and how many of them are the cycle; `nil` when
  /// it comes to its end or to where it waits.
  private func cycle(of thread: Int, from state: MachineState, _ scratch: inout MachineState) -> ([UInt8], Int)? {
    scratch = state
    var watch = ReturnWatch(from: state)
    var moves: [UInt8] = []
    var ends = [0]
    for _ in 1...20_000 {
      guard alone(thread, &scratch, &moves) else { return nil }
      ends.append(moves.count)
      if let length = watch.returned(to: &scratch) { return (moves, moves.count - ends[ends.count - 1 - length]) }
    }
    return nil
  }
}
