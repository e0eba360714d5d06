extension Interpreter {
  /// Runs the first lane from its beginning to its end with nobody beside it, in place.
  /// - Parameters:
  ///   - mm: the address space it acts in, as a pointer.
  ///   - limit: steps that it may take.
  ///   - ran: told the line with which each step begins.
  /// - Returns: why it did not come to its end; `nil` when it did.
  func runAlone(_ state: StateRef, mm: UInt8, limit: Int, ran: (Int) -> Void = { _ in }) -> String? {
    let bytes = state.thread(0)
    for offset in 0..<Layout.threadBytes { bytes[offset] = 0 }
    bytes[ThreadField.mm] = mm
    if let (_, outcome) = start(state) { return outcome.violation?.text ?? "it blocks" }
    var steps = 0
    while state.status(ofThread: 0) == ThreadStatus.running {
      ran(state.pc(0))
      let outcome = step(state, thread: 0)
      steps += 1
      if outcome.kind == .violation { return outcome.violation?.text ?? "it breaks a rule" }
      if outcome.kind == .blocked { return "it blocks" }
      if steps > limit { return "it does not end" }
    }
    return nil
  }
}
