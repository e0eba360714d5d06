/// A user address: a byte offset into a slot's window, or one of the few addresses that no slot covers.
public struct Address: Hashable, Sendable {
  public enum Base: Hashable, Sendable {
    case slot(SlotID)
    case special(SpecialAddress)
  }
  public var base: Base
  /// Bytes from the base; smaller than `Limits.windowBytes`.
  public var offset: UInt32

  public init(_ base: Base, offset: UInt32) {
    self.base = base
    self.offset = offset
  }
  public init(_ slot: SlotID, _ offset: UInt32 = 0) { self.init(.slot(slot), offset: offset) }

  public var slot: SlotID? {
    if case .slot(let slot) = base { return slot }
    return nil
  }
}

/// Addresses outside every slot. The raw value is the byte form's.
public enum SpecialAddress: UInt8, CaseIterable, Sendable {
  /// Address 0.
  case null = 0
  /// The program's own text: a private, read-only and executable file mapping.
  case text = 1
  /// The vDSO's text: a special mapping without a `mapping`.
  case vdso = 2
  /// The vvar pages (PFNMAP).
  case vvar = 3
  /// The vsyscall page, above `TASK_SIZE`.
  case vsyscall = 4
  /// An address of the kernel's half.
  case kernel = 5

  /// Keyword of the text form, written `@null+0x0`.
  public var keyword: String {
    switch self {
    case .null: "null"
    case .text: "text"
    case .vdso: "vdso"
    case .vvar: "vvar"
    case .vsyscall: "vsyscall"
    case .kernel: "kernel"
    }
  }
}

/// A word as one actor names it: used where several actors' words stand in one operation.
public struct ActorAddress: Hashable, Sendable {
  public var actor: ActorID
  public var address: Address
  public init(_ actor: ActorID, _ address: Address) {
    self.actor = actor
    self.address = address
  }
}

/// Pages `first...last` of a file, or of a slot's window, both below `Limits.pages`.
public struct PageRange: Hashable, Sendable {
  public var first: UInt8
  public var last: UInt8
  public init(_ first: UInt8, _ last: UInt8) {
    self.first = first
    self.last = last
  }
  public var count: Int { Int(last) - Int(first) + 1 }
  /// A window's whole mapping: from its first mapped page to the last, in the address space of the one who acts.
  public static let all = PageRange(0, UInt8(Limits.pages - 1))
}
