import Scenario

/// How what a program recorded is read.
enum ScenarioReading: Hashable, Sendable {
  case nothing
  /// Known beforehand: nothing is read.
  case fixed(OperationResult)
  /// A number, or an error.
  case number
  /// 1: it sleeps.
  case wait
  /// 0, or an error that is a signal.
  case access(page: Int, isWrite: Bool)
  /// The same inside a race, where an error is this signal.
  case guarded(MemorySignal)
  /// Pages that are faulted in: the first that cannot be had gives the error, else the result is the other one.
  case populate(ErrorCode, OperationResult)

  /// Nothing is recorded for it.
  var isSilent: Bool {
    switch self {
    case .nothing, .fixed: true
    default: false
    }
  }

  func result(_ recorded: [UInt8]) throws(NotOnMachine) -> OperationResult {
    switch self {
    case .nothing: return .value(0)
    case .fixed(let result): return result
    case .populate(let error, let result):
      return recorded.contains { $0 & Layout.errorBit != 0 } ? .error(error) : result
    default: break
    }
    guard let value = recorded.last else { throw NotOnMachine("nothing was recorded") }
    if value & Layout.errorBit != 0, case .guarded(let signal) = self { return .signal(signal) }
    if value & Layout.errorBit != 0 { return .error(ErrorCode(rawValue: Int32(value & 0x7f))) }
    return self == .wait ? .waiting : .value(Int64(value))
  }
}
