import Machine

extension ExhaustiveSearch {
  /// Run alone from any state, a thread must not come back to the same state.
  func progress(_ report: inout SearchReport, _ state: inout MachineState, _ scratch: inout MachineState) {
    var known = self.known
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
        let key = UInt64(thread) << 62 | UInt64(numbers[0]) << 32 | UInt64(local)
        if rest == 2, done.value(key) != PairTable.missing { continue }
        state.withWords { store.load(at, into: $0) }
        let (line, runs) = state.edit {
          ($0.line(ofThread: thread), $0.status(ofThread: thread) == ThreadStatus.running)
        }
        let isHead = runs && race.interpreter.lanes[thread].isLoopHead(line)
        rests[thread].base[local] = isHead ? 2 : 1
        guard isHead else { continue }
        done.set(key, 1)
        guard let (cycle, steps) = cycle(of: thread, from: state, &scratch) else { continue }
        let origin = race.interpreter.lanes[thread].origin(of: scratch.edit { $0.line(ofThread: thread) })
        let derivation = derivationProgram(thread, origin)
        guard known.insert("livelock \(derivation)").inserted else { continue }
        var found = finding(.livelock, at: at, thread: thread, line: line, extra: false)
        found.program = derivation
        found.line = nil
        found.schedule += [UInt8](repeating: UInt8(thread), count: steps)
        found.cycle = cycle
        report.findings.append(found)
      }
    }
  }

  /// Steps of the cycle into which a thread runs alone, and steps until it has gone round once; `nil` when it comes to
  /// its end or to where it waits. By Brent's method.
  private func cycle(of thread: Int, from state: MachineState, _ scratch: inout MachineState) -> (Int, Int)? {
    scratch = state
    var saved = state
    var length = 0
    var power = 1
    for steps in 1...20_000 {
      let outcome = scratch.edit { race.step($0, thread: thread) }
      length += 1
      if outcome.kind != .moved || scratch.edit({ $0.status(ofThread: thread) != ThreadStatus.running }) { return nil }
      if scratch == saved { return (length, steps) }
      if length == power {
        saved = scratch
        power *= 2
        length = 0
      }
    }
    return nil
  }

  private func derivationProgram(_ thread: Int, _ origin: Origin?) -> String {
    guard let origin else { return "" }
    return origin.program.hasPrefix("env.") && origin.depth == 0 ? origin.program : race.variant.name
  }
}
