/// What one operation gave to the one who did it.
public enum OperationResult: Hashable, Sendable {
  /// The system call's return value (0 for those that only succeed or fail); for `load`, the value.
  case value(Int64)
  case error(ErrorCode)
  /// A signal that the access raised.
  case signal(MemorySignal)
  /// `wait` and `waitv`: it sleeps.
  case waiting
  /// `keys`: for each word its class (numbered from 0 by first occurrence), or the error that it has instead of a key.
  case partition([KeyClass])
}

/// One word's place in the partition that `keys` finds.
public enum KeyClass: Hashable, Sendable {
  case key(UInt8)
  case none(ErrorCode)
}

/// The signals that a memory access can raise.
public enum MemorySignal: UInt8, CaseIterable, Sendable {
  case segv = 0
  case bus = 1
  public var keyword: String { self == .segv ? "SIGSEGV" : "SIGBUS" }
}

/// How a wait ended, for those that end.
public enum WaitEnd: Hashable, Sendable {
  /// By a wake. For `waitv`, the index of the word that was woken is not part of it.
  case woken
  /// With an error: `ETIMEDOUT`, `EINTR`, `ECANCELED`, or one that a kernel gave unasked.
  case error(ErrorCode)
  /// Its process ended.
  case died
}

/// What one operation did, as seen from user space: the common language of Contract, Machine and live kernel.
public struct Observation: Hashable, Sendable {
  public var result: OperationResult
  /// Waiters that ended during this operation, in the order of their identifiers.
  public var ended: [EndedWaiter]

  public init(_ result: OperationResult, ended: [EndedWaiter] = []) {
    self.result = result
    self.ended = ended.sorted { $0.waiter < $1.waiter }
  }
  /// The waiters that a wake ended.
  public var woken: [WaiterID] { ended.filter { $0.end == .woken }.map(\.waiter) }
}

public struct EndedWaiter: Hashable, Sendable {
  public var waiter: WaiterID
  public var end: WaitEnd
  public init(_ waiter: WaiterID, _ end: WaitEnd) {
    self.waiter = waiter
    self.end = end
  }
}

/// What an author states of an operation with `=> RESULT [wakes W...]`.
public struct Stated: Hashable, Sendable {
  public var result: OperationResult
  /// Exactly these are woken, in ascending order; `nil` states nothing of it (`wakes nobody` states an empty list).
  public var woken: [WaiterID]?
  public init(_ result: OperationResult, woken: [WaiterID]? = nil) {
    self.result = result
    self.woken = woken
  }
  public func holds(of observation: Observation) -> Bool {
    result == observation.result && (woken.map { $0 == observation.woken } ?? true)
  }
}
