import Scenario

/// Proposes simpler values for operands, the simplest first.
///
/// Each operand of an action has an ordinal. `ranks` says which operands to change, and to which of their simpler
/// values: rank 0 is the simplest. `choices` says afterwards how many simpler values each operand has.
struct Simpler: OperandVisitor {
  static let fileKinds: [FileKind] = [.memfd, .tmpfs, .disk, .anonymousShared, .sysv, .memfdTHP, .memfdHugetlb]
  static let protections: [Protection] = [.readWrite, .read, .write, .none]

  let ranks: [Int: Int]
  private(set) var choices: [Int] = []
  private var makesFile = false

  init(ranks: [Int: Int] = [:]) { self.ranks = ranks }

  /// How many simpler values each operand of the action has.
  static func choices(of action: Action) -> [Int] {
    var visitor = Simpler()
    var action = action
    action.visitOperands(&visitor)
    return visitor.choices
  }
  /// The action with some operands replaced.
  static func replacing(_ ranks: [Int: Int], in action: Action) -> Action {
    var visitor = Simpler(ranks: ranks)
    var action = action
    action.visitOperands(&visitor)
    return action
  }

  /// `ordered` are values from the simplest on; those that do not come before the present one are left out.
  private mutating func choose<Value: Equatable>(_ value: inout Value, _ ordered: [Value]) {
    var simpler: [Value] = []
    for option in ordered {
      if option == value { break }
      if !simpler.contains(option) { simpler.append(option) }
    }
    if let rank = ranks[choices.count], rank < simpler.count { value = simpler[rank] }
    choices.append(simpler.count)
  }

  mutating func newFile(_ file: inout FileID) { makesFile = true }
  mutating func fileKind(_ kind: inout FileKind) { choose(&kind, Self.fileKinds) }
  mutating func pageCount(_ pages: inout UInt8, atLeast least: UInt8) {
    choose(&pages, makesFile ? [1, 0, 2, 3, 4, 5, 6, 7, 8] : Array(least...UInt8(Limits.pages)))
  }
  mutating func filePages(_ pages: inout PageRange) { choose(&pages, Self.simpler(pages)) }
  mutating func windowPages(_ pages: inout PageRange) {
    if pages == .all { return choose(&pages, []) }
    choose(&pages, [.all] + Self.simpler(pages))
  }
  private static func simpler(_ pages: PageRange) -> [PageRange] {
    [
      PageRange(0, 0), PageRange(0, pages.last - pages.first), PageRange(0, pages.last),
      PageRange(pages.first, pages.first), PageRange(pages.last, pages.last),
    ]
  }
  mutating func source(_ source: inout MapSource) {
    switch source {
    case .anonymous(let pages):
      choose(&source, (1...UInt8(Limits.pages)).prefix(Int(pages)).map { .anonymous(pages: $0) })
    case .file(let file, let pages):
      choose(
        &source,
        [.anonymous(pages: 1), .anonymous(pages: UInt8(pages.count))] + Self.simpler(pages).map { .file(file, $0) })
    }
  }
  mutating func sharing(_ sharing: inout Sharing) { choose(&sharing, Sharing.allCases) }
  mutating func protection(_ protection: inout Protection) { choose(&protection, Self.protections) }
  mutating func options(_ options: inout MapOptions) {
    let present = options
    choose(
      &options,
      [[]] + MapOptions.keywords.map { present.intersection($0.0) }
        + MapOptions.keywords.map { present.subtracting($0.0) })
  }
  mutating func duplicate(_ duplicate: inout Bool) { choose(&duplicate, [false, true]) }
  mutating func address(_ address: inout Address, _ use: AddressUse) { choose(&address, Self.simpler(address)) }
  /// The start, the start of the page, the same place in page 0 and the next word.
  private static func simpler(_ address: Address) -> [Address] {
    let inPage = address.offset & (Limits.pageBytes - 1)
    let offsets = [
      0, inPage & 3, inPage & ~3 == 0 ? 0 : 4, inPage, Limits.pageBytes, address.offset - inPage, address.offset & ~3,
    ]
    return offsets.filter { $0 <= address.offset }.map { Address(address.base, offset: $0) }
  }
  mutating func value(_ value: inout UInt32, _ label: StaticString?) { choose(&value, [0, 1, value >> 16, value]) }
  mutating func count(_ count: inout Int32, _ label: StaticString) { choose(&count, [1, 0, 2, 3, .max, -1]) }
  mutating func bitset(_ bitset: inout UInt32) {
    let lowest: UInt32 = bitset == 0 ? 0 : 1 << UInt32(bitset.trailingZeroBitCount)
    choose(&bitset, bitset == .max ? [] : bitset == 0 ? [.max] : [.max, 1, 2, lowest])
  }
  mutating func timeout(_ timeout: inout Timeout) { choose(&timeout, Timeout.allCases) }
  mutating func mode(_ mode: inout FutexMode, _ rule: ModeRule) { choose(&mode, Self.simpler(mode, rule)) }
  private static func simpler(_ mode: FutexMode, _ rule: ModeRule) -> [FutexMode] {
    let interfaces: [FutexMode.Interface] = rule == .futex2 ? [.futex2] : [.legacy, .futex2]
    var modes = interfaces.flatMap { [FutexMode(interface: $0), FutexMode(isPrivate: true, interface: $0)] }
    for change: (inout FutexMode) -> Void in [
      { $0.isPrivate = false }, { $0.size = .u32 }, { $0.numa = false }, { $0.mpol = false },
    ] {
      var changed = mode
      change(&changed)
      modes.append(changed)
    }
    let weight = OperandWeight.weight(mode)
    return modes.filter { OperandWeight.weight($0) < weight }
  }
  mutating func wakeOperation(_ operation: inout WakeOperation) {
    let now = operation
    choose(
      &operation,
      [
        WakeOperation(.set, 0, .equal, 0), WakeOperation(now.modifier, 0, .equal, 0),
        WakeOperation(now.modifier, 1, .equal, 0), WakeOperation(now.modifier, now.operand, .equal, 0),
        WakeOperation(.set, 0, now.comparison, now.comparand), WakeOperation(now.modifier, 0, now.comparison, 0),
        WakeOperation(now.modifier, 1, now.comparison, now.comparand),
        WakeOperation(.set, now.operand, now.comparison, now.comparand),
        WakeOperation(now.modifier, 0, now.comparison, now.comparand),
        WakeOperation(now.modifier, now.operand, .equal, now.comparand),
        WakeOperation(now.modifier, now.operand, now.comparison, 0),
      ])
  }
  mutating func waitWords(_ words: inout [WaitWord]) {
    let plain = words.map { WaitWord(Address($0.address.base, offset: 0), value: 0) }
    choose(
      &words, Self.shorter(plain) + Self.shorter(words) + (words.count > 1 ? [] : [plain]) + Self.each(words, plain))
  }
  mutating func keyWords(_ words: inout [ActorAddress]) {
    let plain = words.map { ActorAddress($0.actor, Address($0.address.base, offset: 0)) }
    choose(&words, Self.shorter(plain) + Self.shorter(words) + Self.each(words, plain))
  }
  /// Single ones, then those without one.
  private static func shorter<Word>(_ words: [Word]) -> [[Word]] {
    guard words.count > 1 else { return [] }
    let fewer = words.indices.map { index in words.enumerated().filter { $0.offset != index }.map(\.element) }
    return words.map { [$0] } + (words.count > 2 ? fewer : [])
  }
  /// One word replaced, all others as they are.
  private static func each<Word>(_ words: [Word], _ plain: [Word]) -> [[Word]] {
    words.indices.map { index in words.enumerated().map { $0.offset == index ? plain[index] : $0.element } }
  }
  mutating func isPrivate(_ isPrivate: inout Bool) { choose(&isPrivate, [false, true]) }
  mutating func hashSlots(_ slots: inout UInt8) { choose(&slots, [0, 2, 4, 16]) }
}
