/// Draws one operand anew, with a liking for what is near.
struct OperandChanger<Random: RandomNumberGenerator>: OperandVisitor {
  var random: Random
  /// Ordinal of the operand to change.
  var target: Int
  /// Operands that were shown.
  private(set) var count = 0

  init(random: Random, target: Int) {
    self.random = random
    self.target = target
  }

  private mutating func isTarget() -> Bool {
    count += 1
    return count - 1 == target
  }
  private mutating func choose<Value>(_ value: inout Value, _ values: [Value]) {
    if isTarget(), let new = random.element(of: values) { value = new }
  }
  private mutating func other(_ index: UInt8) -> UInt8 {
    random.percent(50) ? index ^ 1 : UInt8(random.below(8))
  }

  // A new identifier cannot be another one: it counts as no operand.
  mutating func fileKind(_ kind: inout FileKind) { choose(&kind, FileKind.allCases) }
  mutating func file(_ file: inout FileID, _ use: FileUse) { if isTarget() { file = FileID(other(file.index)) } }
  mutating func fileOrSystem(_ file: inout FileID?) {
    if isTarget() { file = FileID(other(file?.index ?? 0)) }
  }
  mutating func waiter(_ waiter: inout WaiterID) { if isTarget() { waiter = WaiterID(other(waiter.index)) } }
  mutating func slot(_ slot: inout SlotID) { if isTarget() { slot = SlotID(other(slot.index)) } }
  mutating func pageCount(_ pages: inout UInt8, atLeast least: UInt8) {
    if isTarget() { pages = UInt8(random.number(Int(least)...Limits.pages)) }
  }
  mutating func filePages(_ pages: inout PageRange) { if isTarget() { change(&pages) } }
  mutating func windowPages(_ pages: inout PageRange) {
    if isTarget() { if pages != .all, random.percent(40) { pages = .all } else { change(&pages) } }
  }
  private mutating func change(_ pages: inout PageRange) {
    let first = random.below(4)
    pages = PageRange(UInt8(first), UInt8(random.number(first...min(first + 3, 7))))
  }
  mutating func source(_ source: inout MapSource) {
    guard isTarget() else { return }
    switch source {
    case .file(let file, var pages):
      if random.percent(40) {
        source = .file(FileID(other(file.index)), pages)
      } else if random.percent(20) {
        source = .anonymous(pages: UInt8(pages.count))
      } else {
        change(&pages)
        source = .file(file, pages)
      }
    case .anonymous(let pages):
      source =
        random.percent(40)
        ? .file(FileID(UInt8(random.below(Limits.files))), PageRange(0, pages - 1))
        : .anonymous(pages: UInt8(random.number(1...Limits.pages)))
    }
  }
  mutating func sharing(_ sharing: inout Sharing) {
    if isTarget() { sharing = sharing == .shared ? .private : .shared }
  }
  mutating func protection(_ protection: inout Protection) { choose(&protection, Protection.allCases) }
  mutating func options(_ options: inout MapOptions) {
    if isTarget(), let (option, _) = random.element(of: MapOptions.keywords) { options.formSymmetricDifference(option) }
  }
  mutating func duplicate(_ duplicate: inout Bool) { if isTarget() { duplicate.toggle() } }

  mutating func address(_ address: inout Address, _ use: AddressUse) { if isTarget() { change(&address) } }
  private mutating func change(_ address: inout Address) {
    switch random.below(20) {
    case 0..<6:
      if let slot = address.slot { address.base = .slot(SlotID(other(slot.index))) }
    case 6..<10: address.offset = address.offset ^ Limits.pageBytes << UInt32(random.below(2))
    case 10..<14: address.offset = address.offset & ~0xfff | UInt32(random.below(4) * 4)
    case 14..<16: address.offset = UInt32(random.below(8)) * Limits.pageBytes + 0x10
    case 16: address.offset = UInt32(random.below(3)) * Limits.hugePageBytes + UInt32(random.below(4)) * 0x3000
    case 17: address.offset = UInt32(random.below(Int(Limits.windowBytes)))
    case 18: address.offset += UInt32(random.number(1...3))
    default:
      address = Address(.special(SpecialAddress.allCases[random.below(SpecialAddress.allCases.count)]), offset: 0)
    }
  }
  mutating func value(_ value: inout UInt32, _ label: StaticString?) { if isTarget() { change(&value) } }
  private mutating func change(_ value: inout UInt32) {
    value = random.percent(80) ? UInt32(random.below(4)) : UInt32(truncatingIfNeeded: random.next())
  }
  mutating func count(_ count: inout Int32, _ label: StaticString) {
    choose(&count, [0, 1, 1, 2, 3, .max, -1, .min])
  }
  mutating func bitset(_ bitset: inout UInt32) { choose(&bitset, [.max, 1, 2, 3, 0x8000_0000, 0]) }
  mutating func timeout(_ timeout: inout Timeout) { choose(&timeout, Timeout.allCases) }
  mutating func mode(_ mode: inout FutexMode, _ rule: ModeRule) { if isTarget() { change(&mode) } }
  private mutating func change(_ mode: inout FutexMode) {
    switch random.below(8) {
    case 0..<4: mode.isPrivate.toggle()
    case 4..<6: mode.interface = mode.interface == .legacy ? .futex2 : .legacy
    case 6:
      mode.interface = .futex2
      mode.size = FutexMode.WordSize.allCases[random.below(4)]
    default:
      mode.interface = .futex2
      if random.percent(50) { mode.numa.toggle() } else { mode.mpol.toggle() }
    }
  }
  mutating func wakeOperation(_ operation: inout WakeOperation) {
    guard isTarget() else { return }
    switch random.below(4) {
    case 0: operation.modifier = WakeOperation.Modifier.allCases[random.below(5)]
    case 1: operation.comparison = WakeOperation.Comparison.allCases[random.below(7)]
    case 2: operation.operand = Int16(random.number(-2048...2047))
    default: operation.comparand = Int16(random.number(-2...2))
    }
  }
  mutating func waitWords(_ words: inout [WaitWord]) {
    guard isTarget(), !words.isEmpty else { return }
    let index = random.below(words.count)
    switch random.below(6) {
    case 0: words.append(words[index])
    case 1: words.remove(at: index)
    case 2: change(&words[index].value)
    case 3: change(&words[index].mode)
    default: change(&words[index].address)
    }
  }
  mutating func keyWords(_ words: inout [ActorAddress]) {
    guard isTarget(), !words.isEmpty else { return }
    let index = random.below(words.count)
    switch random.below(6) {
    case 0: words.append(words[index])
    case 1: words.remove(at: index)
    case 2: words[index].actor = ActorID(other(words[index].actor.index))
    default: change(&words[index].address)
    }
  }
  mutating func isPrivate(_ isPrivate: inout Bool) { if isTarget() { isPrivate.toggle() } }
  mutating func hashSlots(_ slots: inout UInt8) { if isTarget() { slots = UInt8(random.below(256)) } }
}
