extension Interpreter {
  /// Runs the first lane from its beginning to its end with nobody beside it, in place.
  /// - Parameters:
  ///   - mm: the address space it acts in, as a pointer.
  ///   - limit: steps that it may take.
  ///   - ran: told the line with which each step begins.
  /// - Returns: why it did not come to its end; `nil` when it did.
  func runAlone(_ state: StateRef, mm: UInt8, limit: Int, ran: (Int) -> Void = { _ in }) -> AloneProblem? {
    let bytes = state.thread(0)
    for offset in 0..<Layout.threadBytes { bytes[offset] = 0 }
    bytes[ThreadField.mm] = mm
    if let (_, outcome) = start(state) { return AloneProblem(outcome.violation) }
    var steps = 0
    while state.status(ofThread: 0) == ThreadStatus.running {
      ran(state.pc(0))
      let outcome = step(state, thread: 0)
      steps += 1
      if outcome.kind != .moved { return AloneProblem(outcome.violation) }
      if steps > limit { return AloneProblem(text: "it does not end", kind: .livelock) }
    }
    return nil
  }
}
