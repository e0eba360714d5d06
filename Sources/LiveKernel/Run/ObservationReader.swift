import CKeywake
import Scenario

/// Reads what agents left in the shared memory.
struct ObservationReader {
  let commands: UnsafeMutablePointer<kw_command>
  let waiters: UnsafeMutablePointer<kw_waiter>
  let scenario: Scenario

  /// Observations of the operations that are done: those whose commands all lie before `position`.
  func read(_ spans: [Range<Int>], until position: Int, into run: inout LiveRun) {
    run.observations.reserveCapacity(spans.count)
    for (index, operation) in scenario.operations.enumerated() {
      guard index < spans.count, spans[index].upperBound <= position else { break }
      let result = result(of: operation, spans[index], index, &run.notes)
      run.observations.append(Observation(result))
    }
    addEnded(to: &run)
  }

  private func addEnded(to run: inout LiveRun) {
    for number in 0..<Int(KW_SCENARIO_WAITERS) {
      let waiter = waiters[number]
      guard waiter.state == KW_ENDED.rawValue else { continue }
      let asked = waiter.cancelled != 0 && (waiter.result == -ErrorCode.EINTR.rawValue)
      let code = asked ? ErrorCode.ECANCELED : ErrorCode(rawValue: -waiter.result)
      if waiter.late != 0, code == .ECANCELED || code == .EINTR { continue }
      let end: WaitEnd = waiter.died != 0 ? .died : waiter.result >= 0 ? .woken : .error(code)
      let operation = Int(waiter.operation)
      guard operation < run.observations.count else { continue }
      let identifier = WaiterID(UInt8(number))
      run.observations[operation].ended.append(EndedWaiter(identifier, end))
      if waiter.late != 0 {
        run.notes.append(
          Note(
            operation: operation, kind: .endedUnnoticed,
            text: "\(scenario.names[identifier]) had ended by the end of the run, unnoticed"))
      }
    }
  }

  private func result(of operation: Operation, _ span: Range<Int>, _ index: Int, _ notes: inout [Note])
    -> OperationResult
  {
    if case .keys(let words, _) = operation.action {
      return KeyRelation(commands, span, words.count).result(words, operation: index, &notes)
    }
    // Commands that were added before and after are of no interest to the scenario.
    guard let command = span.lazy.map({ commands[$0] }).first(where: { !Self.added.contains(UInt32($0.code)) }) else {
      return .value(0)
    }
    if command.missing > 0 {
      let text = "\(command.result) promised, \(command.missing) completions did not arrive"
      notes.append(Note(operation: index, kind: .completionsMissing, text: text))
    }
    if command.pages_left != 0, case .pageout(let slot, _) = operation.action {
      for page in 0..<8 where command.pages_left >> page & 1 != 0 {
        let text = "page \(page) of \(scenario.names[slot]) did not leave"
        notes.append(Note(operation: index, kind: .didNotLeave, text: text))
      }
    }
    return Self.result(of: command)
  }

  private static let added = [KW_FILE_OPEN.rawValue, KW_COLLECT.rawValue, KW_THREAD_GONE.rawValue]

  private static func result(of command: kw_command) -> OperationResult {
    switch kw_result(rawValue: UInt32(command.result_kind)) {
    case KW_VALUE: .value(command.result)
    case KW_SIGSEGV: .signal(.segv)
    case KW_SIGBUS: .signal(.bus)
    case KW_WAITING: .waiting
    default:
      command.result < 0
        ? .error(ErrorCode(rawValue: Int32(truncatingIfNeeded: -command.result))) : .value(command.result)
    }
  }
}
