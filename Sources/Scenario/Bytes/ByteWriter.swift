/// Writes each operand as bytes.
struct ByteWriter: OperandVisitor {
  var bytes: [UInt8] = []

  mutating func put(_ byte: UInt8) { bytes.append(byte) }
  mutating func put(_ number: UInt64, bytes count: Int) {
    for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(index)))) }
  }
  /// A form byte and four more: small numbers are of form 1, with the number in the next byte; others of form 0.
  private mutating func put(number: UInt32) {
    put(number < 4 ? 1 : 0)
    put(UInt64(number), bytes: 4)
  }
  private mutating func put(range: PageRange) { put(range.first | range.last << 3) }

  mutating func newActor(_ actor: inout ActorID) { put(actor.index) }
  mutating func newFile(_ file: inout FileID) { put(file.index) }
  mutating func newWaiter(_ waiter: inout WaiterID) { put(waiter.index) }
  mutating func waiter(_ waiter: inout WaiterID) { put(waiter.index) }
  mutating func fileKind(_ kind: inout FileKind) { put(kind.rawValue) }
  mutating func file(_ file: inout FileID, _ use: FileUse) { put(file.index) }
  mutating func fileOrSystem(_ file: inout FileID?) { put(file?.index ?? 255) }
  mutating func pageCount(_ pages: inout UInt8, atLeast least: UInt8) { put(pages) }
  mutating func filePages(_ pages: inout PageRange) { put(range: pages) }
  mutating func slot(_ slot: inout SlotID) { put(slot.index) }
  mutating func windowPages(_ pages: inout PageRange) { put(range: pages) }
  mutating func source(_ source: inout MapSource) {
    switch source {
    case .file(let file, let pages):
      put(0)
      put(file.index)
      put(range: pages)
    case .anonymous(let pages):
      put(1)
      put(0)
      put(pages)
    }
  }
  mutating func sharing(_ sharing: inout Sharing) { put(sharing.rawValue) }
  mutating func protection(_ protection: inout Protection) { put(protection.rawValue) }
  mutating func options(_ options: inout MapOptions) { put(options.rawValue) }
  mutating func duplicate(_ duplicate: inout Bool) { put(duplicate ? 1 : 0) }

  /// A base byte, then: form 1, page, word of the page; or the top byte of the offset (0 or 2 to 3) and three more.
  mutating func address(_ address: inout Address, _ use: AddressUse) {
    switch address.base {
    case .slot(let slot): put(slot.index)
    case .special(let special): put(16 + special.rawValue)
    }
    let offset = address.offset
    let page = offset / Limits.pageBytes
    let byte = offset % Limits.pageBytes
    if page < 8, byte < 256, byte % 4 == 0 {
      put(4)
      put(UInt8(page))
      put(UInt8(byte / 4))
      put(0)
    } else {
      put(UInt8(offset >> 24))
      put(UInt64(offset), bytes: 3)
    }
  }
  mutating func value(_ value: inout UInt32, _ label: StaticString?) { put(number: value) }
  mutating func count(_ count: inout Int32, _ label: StaticString) { put(number: UInt32(bitPattern: count)) }
  mutating func bitset(_ bitset: inout UInt32) {
    put(bitset == .max ? 1 : 0)
    put(UInt64(bitset == .max ? 0 : bitset), bytes: 4)
  }
  mutating func timeout(_ timeout: inout Timeout) { put(timeout.rawValue) }
  mutating func mode(_ mode: inout FutexMode, _ rule: ModeRule) {
    let flags: UInt8 = (mode.isPrivate ? 1 : 0) | (mode.interface == .futex2 ? 2 : 0) | mode.size.rawValue << 2
    put(flags | (mode.numa ? 16 : 0) | (mode.mpol ? 32 : 0))
  }
  mutating func wakeOperation(_ operation: inout WakeOperation) {
    put(operation.modifier.rawValue)
    put(UInt64(UInt16(bitPattern: operation.operand)), bytes: 2)
    put(operation.comparison.rawValue)
    put(UInt64(UInt16(bitPattern: operation.comparand)), bytes: 2)
  }
  mutating func waitWords(_ words: inout [WaitWord]) {
    put(UInt8(words.count))
    for index in words.indices {
      address(&words[index].address, .futex)
      put(number: words[index].value)
      mode(&words[index].mode, .futex2)
    }
  }
  mutating func keyWords(_ words: inout [ActorAddress]) {
    put(UInt8(words.count))
    for index in words.indices {
      put(words[index].actor.index)
      address(&words[index].address, .futex)
    }
  }
  mutating func isPrivate(_ isPrivate: inout Bool) { put(isPrivate ? 1 : 0) }
  mutating func hashSlots(_ slots: inout UInt8) { put(slots) }

  mutating func stated(_ stated: Stated) {
    switch stated.result {
    case .value(let value):
      put(0)
      put(UInt64(bitPattern: value), bytes: 8)
    case .error(let code):
      put(1)
      put(UInt64(UInt32(bitPattern: code.rawValue)), bytes: 2)
    case .signal(let signal):
      put(2)
      put(signal.rawValue)
    case .waiting:
      put(3)
    case .partition(let classes):
      put(4)
      put(UInt8(classes.count))
      for keyClass in classes {
        switch keyClass {
        case .key(let number): put(UInt64(number), bytes: 2)
        case .none(let code): put(UInt64(UInt32(bitPattern: code.rawValue)) | 0x8000, bytes: 2)
        }
      }
    }
    put(stated.woken.map { UInt8($0.count) + 1 } ?? 0)
    for waiter in stated.woken ?? [] { put(waiter.index) }
  }
}
