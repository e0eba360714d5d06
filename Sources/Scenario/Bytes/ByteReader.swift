/// Reads each operand from bytes. It never fails: behind the end there are zeros, and each byte means something.
/// Identifiers are taken as they come; repairing the scenario makes them refer to something.
struct ByteReader: OperandVisitor {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { offset >= bytes.count }
  mutating func byte() -> UInt8 {
    guard offset < bytes.count else { return 0 }
    offset += 1
    return bytes[offset - 1]
  }
  mutating func number(bytes count: Int) -> UInt64 {
    var number: UInt64 = 0
    for index in 0..<count { number |= UInt64(byte()) << (8 * UInt64(index)) }
    return number
  }
  private mutating func number32() -> UInt32 {
    let form = byte()
    let number = UInt32(number(bytes: 4))
    return form == 0 ? number : number & 3
  }
  /// A range of a file's pages.
  private mutating func range() -> PageRange {
    let byte = byte()
    return byte < 64 ? PageRange(byte & 7, byte >> 3) : PageRange(0, byte & 7)
  }
  private mutating func choice<Value>(_ values: [Value]) -> Value { values[Int(byte()) % values.count] }
  private mutating func slot() -> SlotID {
    let byte = byte()
    return SlotID(byte < 16 ? byte : byte & 3)
  }

  mutating func newActor(_ actor: inout ActorID) { actor = ActorID(byte()) }
  mutating func newFile(_ file: inout FileID) { file = FileID(byte()) }
  mutating func newWaiter(_ waiter: inout WaiterID) { waiter = WaiterID(byte()) }
  mutating func waiter(_ waiter: inout WaiterID) { waiter = WaiterID(byte()) }
  mutating func fileKind(_ kind: inout FileKind) { kind = choice(Self.fileKinds) }
  mutating func file(_ file: inout FileID, _ use: FileUse) { file = FileID(byte()) }
  mutating func fileOrSystem(_ file: inout FileID?) {
    let byte = byte()
    file = byte == 255 ? nil : FileID(byte)
  }
  mutating func pageCount(_ pages: inout UInt8, atLeast least: UInt8) { pages = byte() }
  mutating func filePages(_ pages: inout PageRange) { pages = range() }
  mutating func slot(_ slot: inout SlotID) { slot = self.slot() }
  mutating func windowPages(_ pages: inout PageRange) {
    let byte = byte()
    pages = byte < 64 ? PageRange(byte & 7, byte >> 3) : .all
  }
  mutating func source(_ source: inout MapSource) {
    let isAnonymous = byte() % 4 == 1
    let file = FileID(byte())
    if isAnonymous {
      source = .anonymous(pages: byte())
    } else {
      source = .file(file, range())
    }
  }
  mutating func sharing(_ sharing: inout Sharing) {
    let byte = byte()
    sharing = byte == 1 || byte > 192 ? .private : .shared
  }
  mutating func protection(_ protection: inout Protection) {
    let byte = byte()
    protection = byte < 64 ? Self.protections[Int(byte) % 4] : .readWrite
  }
  mutating func options(_ options: inout MapOptions) {
    let byte = byte()
    options = byte < 8 ? MapOptions(rawValue: byte) : []
  }
  mutating func duplicate(_ duplicate: inout Bool) { duplicate = byte() & 1 == 1 }
  mutating func address(_ address: inout Address, _ use: AddressUse) { address = self.address() }
  private mutating func address() -> Address {
    let base = byte()
    let form = byte()
    let isSmall = form >= 4
    let (first, second, third) = (UInt32(byte()), UInt32(byte()), UInt32(byte()))
    // Bytes of chance name few words, so that they often name the same.
    let offset =
      isSmall
      ? (first < 8 ? first : first & 1) * Limits.pageBytes + 4 * (second < 64 ? second : second & 1)
      : UInt32(form) << 24 | third << 16 | second << 8 | first
    if base < 16 { return Address(SlotID(base), offset) }
    if let special = SpecialAddress(rawValue: base - 16) { return Address(.special(special), offset: offset) }
    return Address(SlotID(base & 3), offset)
  }
  mutating func value(_ value: inout UInt32, _ label: StaticString?) { value = number32() }
  mutating func count(_ count: inout Int32, _ label: StaticString) { count = Int32(bitPattern: number32()) }
  mutating func bitset(_ bitset: inout UInt32) {
    let form = byte()
    let number = UInt32(number(bytes: 4))
    bitset = form == 0 ? number : number < 0xc000_0000 ? .max : 1 << (number & 3)
  }
  mutating func timeout(_ timeout: inout Timeout) { timeout = Timeout(rawValue: byte()) ?? .none }
  mutating func mode(_ mode: inout FutexMode, _ rule: ModeRule) {
    let byte = byte()
    mode.isPrivate = byte & 1 == 1
    guard byte < 64 else { return }
    mode.interface = byte & 2 == 0 ? .legacy : .futex2
    mode.size = Self.sizes[Int(byte >> 2 & 3)]
    mode.numa = byte & 16 != 0
    mode.mpol = byte & 32 != 0
  }
  mutating func wakeOperation(_ operation: inout WakeOperation) {
    operation.modifier = choice(Self.modifiers)
    operation.operand = Int16(truncatingIfNeeded: number(bytes: 2))
    operation.comparison = choice(Self.comparisons)
    operation.comparand = Int16(truncatingIfNeeded: number(bytes: 2))
  }
  private mutating func count() -> Int {
    let byte = byte()
    return byte <= Limits.words ? Int(byte) : 1 + Int(byte & 3)
  }
  mutating func waitWords(_ words: inout [WaitWord]) {
    words = []
    for _ in 0..<count() {
      var word = WaitWord(address(), value: number32())
      mode(&word.mode, .futex2)
      words.append(word)
    }
  }
  mutating func keyWords(_ words: inout [ActorAddress]) {
    words = []
    for _ in 0..<count() { words.append(ActorAddress(ActorID(byte()), address())) }
  }
  mutating func isPrivate(_ isPrivate: inout Bool) { isPrivate = byte() & 1 == 1 }
  mutating func hashSlots(_ slots: inout UInt8) { slots = byte() }

  mutating func stated() -> Stated {
    let result: OperationResult =
      switch byte() % 5 {
      case 0: .value(Int64(bitPattern: number(bytes: 8)))
      case 1: .error(ErrorCode(rawValue: Int32(number(bytes: 2))))
      case 2: .signal(byte() & 1 == 0 ? .segv : .bus)
      case 3: .waiting
      default: .partition(classes())
      }
    let count = Int(byte()) % (Limits.waiters + 2)
    return Stated(result, woken: count == 0 ? nil : (1..<count).map { _ in WaiterID(byte()) })
  }
  private mutating func classes() -> [KeyClass] {
    (0..<Int(byte()) % (Limits.words + 1)).map { _ in
      let number = number(bytes: 2)
      return number & 0x8000 == 0
        ? .key(UInt8(truncatingIfNeeded: number)) : .none(ErrorCode(rawValue: Int32(number & 0x7fff)))
    }
  }

  private static let fileKinds = FileKind.allCases
  private static let protections = Protection.allCases
  private static let sizes = FutexMode.WordSize.allCases
  private static let modifiers = WakeOperation.Modifier.allCases
  private static let comparisons = WakeOperation.Comparison.allCases
}
