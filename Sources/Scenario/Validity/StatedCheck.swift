extension Stated {
  /// What is wrong with it as the result of the action, with `waiterCount` waiters started by then.
  func complaint(of action: Action, waiterCount: Int) -> Complaint? {
    func wrong(_ expected: String, _ found: String) -> Complaint {
      Complaint(part: .stated, expected: expected, found: found)
    }
    switch result {
    case .value:
      if action.kind == .keys { return wrong("a class or error for each word", "a number") }
    case .error(let code):
      if action.kind == .keys { return wrong("a class or error for each word", "an error") }
      if let complaint = Self.complaint(of: code) { return complaint }
    case .signal(let signal):
      switch action.kind {
      case .load, .store: break
      default: return wrong("a result of a call", signal.keyword)
      }
    case .waiting:
      switch action.kind {
      case .wait, .waitv: break
      default: return wrong("a result of a call that does not wait", "waits")
      }
    case .partition(let classes):
      guard case .keys(let words, _) = action else { return wrong("a number or an error", "classes of keys") }
      guard classes.count == words.count else {
        return wrong("a class or error for each of the \(words.count) words", "\(classes.count)")
      }
      var next: UInt8 = 0
      for keyClass in classes {
        switch keyClass {
        case .key(let number):
          if number > next { return wrong("classes numbered by first occurrence", "\(number)") }
          if number == next { next += 1 }
        case .none(let code):
          if let complaint = Self.complaint(of: code) { return complaint }
        }
      }
    }
    guard let woken else { return nil }
    for (index, waiter) in woken.enumerated() {
      if Int(waiter.index) >= waiterCount {
        return wrong("waiters that were started", "number \(waiter.index)")
      }
      if index > 0, woken[index - 1] >= waiter { return wrong("each waiter once, in order", "another order") }
    }
    return nil
  }

  private static func complaint(of code: ErrorCode) -> Complaint? {
    if (1...4095).contains(code.rawValue) { return nil }
    return Complaint(part: .stated, expected: "an error number from 1 to 4095", found: "\(code.rawValue)")
  }
}
