import CKeywake
import Scenario

/// Who woke whom in a `keys` operation.
struct KeyRelation {
  /// For each word, the words whose probes its wake ended, as a mask; `nil` if the wake answered an error.
  private var woken: [UInt8?] = []
  private var errors: [ErrorCode?] = []
  /// For each word the error with which its own probe failed, if it did.
  private var failures: [ErrorCode?]

  init(_ commands: UnsafeMutablePointer<kw_command>, _ span: Range<Int>, _ count: Int) {
    failures = [ErrorCode?](repeating: nil, count: count)
    for index in span {
      let command = commands[index]
      let error = ErrorCode(rawValue: Int32(truncatingIfNeeded: -command.result))
      if UInt32(command.code) == KW_PROBE.rawValue {
        let word = Int(command.waiter) - Int(KW_SCENARIO_WAITERS)
        if UInt32(command.result_kind) == KW_RETURNED.rawValue, command.result < 0 { failures[word] = error }
      } else if UInt32(command.code) == KW_PROBE_WAKE.rawValue {
        woken.append(command.result < 0 ? nil : UInt8(truncatingIfNeeded: command.bitset))
        errors.append(command.result < 0 ? error : nil)
      }
    }
  }

  private func wakes(_ waker: Int, _ other: Int) -> Bool { (woken[waker] ?? 0) >> other & 1 != 0 }

  /// The partition. A relation that is no equivalence is noted, and each word then joins the first that wakes it.
  func result(_ words: [ActorAddress], operation: Int, _ notes: inout [Note]) -> OperationResult {
    guard woken.count == words.count else { return .partition([]) }
    var classes: [KeyClass] = []
    var heads: [Int] = []
    for word in words.indices {
      if let error = errors[word] ?? failures[word] {
        classes.append(.none(error))
        continue
      }
      let joins = heads.firstIndex { wakes($0, word) }
      classes.append(.key(UInt8(joins ?? heads.count)))
      if joins == nil { heads.append(word) }
    }
    note(words, classes, operation, &notes)
    return .partition(classes)
  }

  private func note(_ words: [ActorAddress], _ classes: [KeyClass], _ operation: Int, _ notes: inout [Note]) {
    func add(_ text: String) { notes.append(Note(operation: operation, kind: .inconsistentKeys, text: text)) }
    for waker in words.indices {
      if let error = errors[waker], failures[waker] == nil {
        add("the wake of word \(waker) answers \(error), though it can be waited on")
      }
      for other in words.indices where failures[other] == nil {
        if errors[waker] == nil, errors[other] == nil {
          let expected = failures[waker] == nil && classes[waker] == classes[other]
          if wakes(waker, other) != expected {
            add(
              "inconsistent: the wake of word \(waker) \(expected ? "does not end" : "ends") the wait on word \(other)")
          }
        } else if errors[waker] == nil, wakes(waker, other) {
          add("inconsistent: the wake of word \(waker) ends the wait on word \(other), whose own wake fails")
        }
      }
    }
  }
}
