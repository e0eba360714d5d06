/// How a futex call is made: its entry point and flags.
public struct FutexMode: Hashable, Sendable {
  public var isPrivate: Bool
  public var interface: Interface
  /// Size of the word; other than `u32` only through futex2.
  public var size: WordSize
  /// `FUTEX2_NUMA`: the word is followed by a node number.
  public var numa: Bool
  /// `FUTEX2_MPOL`.
  public var mpol: Bool

  public init(
    isPrivate: Bool = false, interface: Interface = .legacy, size: WordSize = .u32, numa: Bool = false,
    mpol: Bool = false
  ) {
    self.isPrivate = isPrivate
    self.interface = interface
    self.size = size
    self.numa = numa
    self.mpol = mpol
  }
  public static let shared = FutexMode()
  public static let `private` = FutexMode(isPrivate: true)

  /// The system call. The raw value is the byte form's.
  public enum Interface: UInt8, CaseIterable, Sendable {
    /// `futex(2)`.
    case legacy = 0
    /// `futex_wait(2)`, `futex_wake(2)`, `futex_requeue(2)` of Linux 6.7.
    case futex2 = 1
  }
  /// `FUTEX2_SIZE_*`; the raw value is the kernel's.
  public enum WordSize: UInt8, CaseIterable, Sendable {
    case u8 = 0
    case u16 = 1
    case u32 = 2
    case u64 = 3
    public var keyword: String {
      switch self {
      case .u8: "u8"
      case .u16: "u16"
      case .u32: "u32"
      case .u64: "u64"
      }
    }
  }
}

/// When a wait ends by itself. "Short" waits block the actor until they end; "long" ones outlast every scenario.
public enum Timeout: UInt8, CaseIterable, Sendable {
  case none = 0
  /// Relative, 0 ns.
  case relativeZero = 1
  /// Relative, a few milliseconds.
  case relativeShort = 2
  /// Relative, hours.
  case relativeLong = 3
  /// An absolute time that is over.
  case absolutePast = 4
  case absoluteShort = 5
  case absoluteLong = 6

  public var keyword: String {
    switch self {
    case .none: "none"
    case .relativeZero: "relative-zero"
    case .relativeShort: "relative-short"
    case .relativeLong: "relative-long"
    case .absolutePast: "absolute-past"
    case .absoluteShort: "absolute-short"
    case .absoluteLong: "absolute-long"
    }
  }
  /// The wait is over before the next operation starts, if nobody woke it.
  public var endsByItself: Bool {
    switch self {
    case .none, .relativeLong, .absoluteLong: false
    case .relativeZero, .relativeShort, .absolutePast, .absoluteShort: true
    }
  }
}

/// `FUTEX_WAKE_OP`'s operation on the second word. Raw values are the kernel's `FUTEX_OP_*`.
public struct WakeOperation: Hashable, Sendable {
  public enum Modifier: UInt8, CaseIterable, Sendable {
    case set = 0
    case add = 1
    case or = 2
    case andn = 3
    case xor = 4
    public var keyword: String {
      switch self {
      case .set: "set"
      case .add: "add"
      case .or: "or"
      case .andn: "andn"
      case .xor: "xor"
      }
    }
  }
  public enum Comparison: UInt8, CaseIterable, Sendable {
    case equal = 0
    case notEqual = 1
    case less = 2
    case lessOrEqual = 3
    case greater = 4
    case greaterOrEqual = 5
    /// Not one of the kernel's: `ENOSYS`, after the word was changed.
    case unknown = 6
    public var keyword: String {
      switch self {
      case .equal: "eq"
      case .notEqual: "ne"
      case .less: "lt"
      case .lessOrEqual: "le"
      case .greater: "gt"
      case .greaterOrEqual: "ge"
      case .unknown: "unknown"
      }
    }
  }
  public var modifier: Modifier
  /// 12 bits, signed: -2048...2047.
  public var operand: Int16
  public var comparison: Comparison
  /// 12 bits, signed: -2048...2047.
  public var comparand: Int16

  public init(_ modifier: Modifier, _ operand: Int16, _ comparison: Comparison, _ comparand: Int16) {
    self.modifier = modifier
    self.operand = operand
    self.comparison = comparison
    self.comparand = comparand
  }
}

/// One element of a `waitv`.
public struct WaitWord: Hashable, Sendable {
  public var address: Address
  public var value: UInt32
  public var mode: FutexMode
  public init(_ address: Address, value: UInt32, mode: FutexMode = .init(interface: .futex2)) {
    self.address = address
    self.value = value
    self.mode = mode
  }
}
