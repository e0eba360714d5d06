import Scenario

/// How far the kind and the operands of an operation are from the simplest: the second half of the order of "simpler".
struct OperandWeight: OperandVisitor {
  private(set) var sum = 0
  private var makesFile = false

  static func of(_ operation: Operation) -> Int {
    var weight = OperandWeight()
    weight.sum = kind(operation.kind)
    var action = operation.action
    action.visitOperands(&weight)
    return weight.sum
  }

  /// An address space of its own is simpler to think of than a shared one, and that than a copied one; of two calls
  /// that do the same, the older is the simpler.
  private static func kind(_ kind: OperationKind) -> Int {
    switch kind {
    case .thread, .requeue: 1
    case .fork, .compareRequeue, .wakeOp: 2
    case .waitv, .keys: 3
    default: 0
    }
  }

  mutating func newFile(_ file: inout FileID) { makesFile = true }
  mutating func fileKind(_ kind: inout FileKind) { sum += Simpler.fileKinds.firstIndex(of: kind) ?? 0 }
  mutating func pageCount(_ pages: inout UInt8, atLeast least: UInt8) {
    // A file of one page is the plainest; all else is the simpler the smaller.
    sum += makesFile ? (pages == 0 ? 1 : Int(pages) * 2 - 2) : Int(pages)
  }
  mutating func filePages(_ pages: inout PageRange) { sum += Self.weight(pages) }
  mutating func windowPages(_ pages: inout PageRange) { if pages != .all { sum += 1 + Self.weight(pages) } }
  private static func weight(_ pages: PageRange) -> Int { 2 * Int(pages.first) + Int(pages.last) }
  mutating func source(_ source: inout MapSource) {
    switch source {
    case .anonymous(let pages): sum += Int(pages)
    case .file(_, let pages): sum += 16 + Self.weight(pages)
    }
  }
  mutating func sharing(_ sharing: inout Sharing) { sum += Int(sharing.rawValue) }
  mutating func protection(_ protection: inout Protection) {
    sum += Simpler.protections.firstIndex(of: protection) ?? 0
  }
  mutating func options(_ options: inout MapOptions) { sum += Int(options.rawValue) }
  mutating func duplicate(_ duplicate: inout Bool) { sum += duplicate ? 1 : 0 }
  mutating func address(_ address: inout Address, _ use: AddressUse) { sum += Self.weight(address) }
  private static func weight(_ address: Address) -> Int {
    guard case .special(let special) = address.base else { return Int(address.offset) }
    return 1 << 32 + Int(special.rawValue) << 12 + Int(address.offset)
  }
  mutating func value(_ value: inout UInt32, _ label: StaticString?) { sum += Int(value) }
  mutating func count(_ count: inout Int32, _ label: StaticString) { sum += Self.weight(count) }
  private static func weight(_ count: Int32) -> Int {
    count == 1 ? 0 : count >= 0 ? Int(count) + 1 : 1 << 32 + Int(count.magnitude)
  }
  mutating func bitset(_ bitset: inout UInt32) { if bitset != .max { sum += 1 + Int(bitset) } }
  mutating func timeout(_ timeout: inout Timeout) { sum += Int(timeout.rawValue) }
  mutating func mode(_ mode: inout FutexMode, _ rule: ModeRule) { sum += Self.weight(mode) }
  static func weight(_ mode: FutexMode) -> Int {
    (mode.isPrivate ? 1 : 0) + (mode.interface == .futex2 ? 2 : 0)
      + (mode.size == .u32 ? 0 : 4 + Int(mode.size.rawValue))
      + (mode.numa ? 8 : 0) + (mode.mpol ? 16 : 0)
  }
  mutating func wakeOperation(_ operation: inout WakeOperation) {
    sum += Int(operation.modifier.rawValue) + Int(operation.operand.magnitude) * 2 + (operation.operand < 0 ? 1 : 0)
    sum +=
      Int(operation.comparison.rawValue) + Int(operation.comparand.magnitude) * 2 + (operation.comparand < 0 ? 1 : 0)
  }
  mutating func waitWords(_ words: inout [WaitWord]) {
    for word in words { sum += 1 << 33 + Self.weight(word.address) + Int(word.value) + Self.weight(word.mode) }
  }
  mutating func keyWords(_ words: inout [ActorAddress]) {
    for word in words { sum += 1 << 33 + Self.weight(word.address) }
  }
  mutating func isPrivate(_ isPrivate: inout Bool) { sum += isPrivate ? 1 : 0 }
  mutating func hashSlots(_ slots: inout UInt8) { sum += Int(slots) }
}
