import Scenario

/// How what a program recorded is read.
enum ScenarioReading: Hashable, Sendable {
  case nothing
  /// Known beforehand: nothing is read.
  case fixed(OperationResult)
  /// Known beforehand, whatever the programs record.
  case ignored(records: Int, OperationResult)
  /// A number, or an error.
  case number
  /// 1: it sleeps.
  case wait
  /// What a store or a load of the word at an offset in a page came to: an error is a signal. Page 4 is the kernel's.
  case access(page: Int, offset: UInt32, isWrite: Bool)
  /// The same inside a race, where an error is this signal.
  case guarded(MemorySignal, offset: UInt32, isWrite: Bool)
  /// Pages that are faulted in: the first that cannot be had gives the error, else the result is the other one.
  case populate(pages: Int, ErrorCode, OperationResult)

  /// How many results the programs record.
  var records: Int {
    switch self {
    case .nothing, .fixed: 0
    case .ignored(let records, _): records
    case .populate(let pages, _, _): pages
    case .number, .wait, .access, .guarded: 1
    }
  }

  /// - Parameter contents: says what the numbers of pages mean.
  func result(_ recorded: [UInt8], _ contents: PageContents) throws(NotOnMachine) -> OperationResult {
    switch self {
    case .nothing: return .value(0)
    case .fixed(let result), .ignored(_, let result): return result
    case .populate(_, let error, let result):
      return recorded.contains { $0 & Layout.errorBit != 0 } ? .error(error) : result
    case .number, .wait, .access, .guarded: break
    }
    guard let value = recorded.last else { throw NotOnMachine("nothing was recorded") }
    if value & Layout.errorBit != 0 {
      if case .guarded(let signal, _, _) = self { return .signal(signal) }
      return .error(ErrorCode(rawValue: Int32(value & 0x7f)))
    }
    switch self {
    case .wait: return .waiting
    case .access(_, let offset, isWrite: false), .guarded(_, let offset, isWrite: false):
      return .value(Int64(contents.value(at: offset, in: value)))
    case .access, .guarded: return .value(0)
    default: return .value(Int64(value))
    }
  }
}
