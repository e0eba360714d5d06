/// Writes each operand behind the keyword.
struct OperandPrinter: OperandVisitor {
  private(set) var text: String
  private let names: Names

  init(_ keyword: String, _ names: Names) {
    text = keyword
    self.names = names
  }

  private mutating func put(_ word: String) {
    text += " "
    text += word
  }
  private static func hex(_ number: UInt32) -> String {
    number < 10 ? String(number) : "0x" + String(number, radix: 16)
  }
  private static func range(_ pages: PageRange) -> String { "pages=\(pages.first)..\(pages.last)" }
  private func word(_ address: Address) -> String {
    switch address.base {
    case .slot(let slot): names[slot] + "+" + Self.hex(address.offset)
    case .special(let special): "@" + special.keyword + "+" + Self.hex(address.offset)
    }
  }

  mutating func newActor(_ actor: inout ActorID) { put(names[actor]) }
  mutating func newFile(_ file: inout FileID) { put(names[file]) }
  mutating func fileKind(_ kind: inout FileKind) { put(kind.keyword) }
  mutating func file(_ file: inout FileID, _ use: FileUse) { put(names[file]) }
  mutating func fileOrSystem(_ file: inout FileID?) { put(file.map { names[$0] } ?? "system") }
  mutating func pageCount(_ pages: inout UInt8, atLeast least: UInt8) { put("pages=\(pages)") }
  mutating func filePages(_ pages: inout PageRange) { put(Self.range(pages)) }
  mutating func slot(_ slot: inout SlotID) { put(names[slot]) }
  mutating func windowPages(_ pages: inout PageRange) { if pages != .all { put(Self.range(pages)) } }
  mutating func source(_ source: inout MapSource) {
    switch source {
    case .file(let file, let pages): put(names[file] + " " + Self.range(pages))
    case .anonymous(let pages): put("anonymous pages=\(pages)")
    }
  }
  mutating func sharing(_ sharing: inout Sharing) { put(sharing.keyword) }
  mutating func protection(_ protection: inout Protection) { put(protection.keyword) }
  mutating func options(_ options: inout MapOptions) {
    for (option, keyword) in MapOptions.keywords where options.contains(option) { put(keyword) }
  }
  mutating func duplicate(_ duplicate: inout Bool) { if duplicate { put("duplicate") } }
  mutating func address(_ address: inout Address, _ use: AddressUse) { put(word(address)) }
  mutating func value(_ value: inout UInt32, _ label: StaticString?) {
    put(label.map { "\($0)=" + Self.hex(value) } ?? Self.hex(value))
  }
  mutating func count(_ count: inout Int32, _ label: StaticString) { put("\(label)=\(count)") }
  mutating func bitset(_ bitset: inout UInt32) { if bitset != .max { put("bitset=" + Self.hex(bitset)) } }
  mutating func timeout(_ timeout: inout Timeout) { if timeout != .none { put("timeout=" + timeout.keyword) } }
  mutating func mode(_ mode: inout FutexMode, _ rule: ModeRule) {
    if mode.isPrivate { put("private") }
    if mode.interface == .futex2, rule != .futex2 { put("futex2") }
    if mode.size != .u32 { put("size=" + mode.size.keyword) }
    if mode.numa { put("numa") }
    if mode.mpol { put("mpol") }
  }
  mutating func wakeOperation(_ operation: inout WakeOperation) {
    put("op=\(operation.modifier.keyword):\(operation.operand)")
    put("cmp=\(operation.comparison.keyword):\(operation.comparand)")
  }
  mutating func newWaiter(_ waiter: inout WaiterID) { put("-> " + names[waiter]) }
  mutating func waiter(_ waiter: inout WaiterID) { put(names[waiter]) }
  mutating func waitWords(_ words: inout [WaitWord]) {
    for index in words.indices {
      if index > 0 { text += "," }
      put(word(words[index].address))
      put("value=" + Self.hex(words[index].value))
      mode(&words[index].mode, .futex2)
    }
  }
  mutating func keyWords(_ words: inout [ActorAddress]) {
    for word in words { put(names[word.actor] + "." + self.word(word.address)) }
  }
  mutating func isPrivate(_ isPrivate: inout Bool) { if isPrivate { put("private") } }
  mutating func hashSlots(_ slots: inout UInt8) { put("\(slots)") }
}
