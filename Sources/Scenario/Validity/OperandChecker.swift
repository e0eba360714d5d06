/// Checks one operation's operands against the population before it. Mentions of slots are taken in as they come.
struct OperandChecker: OperandVisitor {
  var population: Population
  let actor: ActorID?
  private(set) var complaints: [Complaint] = []
  private var operand = -1

  init(_ population: Population, actor: ActorID?) {
    self.population = population
    self.actor = actor
  }

  private mutating func complain(_ expected: String, _ found: String, word: Int? = nil) {
    complaints.append(Complaint(part: word.map { .word($0) } ?? .operand(operand), expected: expected, found: found))
  }

  // MARK: Identifiers

  mutating func newActor(_ actor: inout ActorID) {
    operand += 1
    if population.actorCount >= Limits.actors {
      complain("at most \(Limits.actors) actors in all", "one more")
    } else if population.aliveCount >= Limits.actorsAlive {
      complain("at most \(Limits.actorsAlive) actors alive at once", "one more")
    } else if actor.index != population.actorCount {
      complain("actor number \(population.actorCount)", "number \(actor.index)")
    }
  }
  mutating func newFile(_ file: inout FileID) {
    operand += 1
    if population.fileCount >= Limits.files {
      complain("at most \(Limits.files) files", "one more")
    } else if file.index != population.fileCount {
      complain("file number \(population.fileCount)", "number \(file.index)")
    }
  }
  mutating func newWaiter(_ waiter: inout WaiterID) {
    operand += 1
    if population.waiterCount >= Limits.waiters {
      complain("at most \(Limits.waiters) waiters", "one more")
    } else if waiter.index != population.waiterCount {
      complain("waiter number \(population.waiterCount)", "number \(waiter.index)")
    }
  }
  mutating func waiter(_ waiter: inout WaiterID) {
    operand += 1
    if population.process(of: waiter) == nil {
      complain("a waiter that was started", "number \(waiter.index)")
    } else if let actor, !population.canCancel(waiter, actor) {
      complain("a waiter of the actor's address space, and of no other lane", "another's waiter")
    }
  }
  mutating func file(_ file: inout FileID, _ use: FileUse) {
    operand += 1
    check(file, use)
  }
  mutating func fileOrSystem(_ file: inout FileID?) {
    operand += 1
    if let file { check(file, .descriptor) }
  }
  private mutating func check(_ file: FileID, _ use: FileUse) {
    guard let kind = population.kind(of: file) else {
      return complain("a file that was made before", "number \(file.index)")
    }
    switch use {
    case .descriptor:
      if !kind.hasDescriptor { complain("a file with a descriptor", "one of kind \(kind.keyword)") }
    case .name:
      if !kind.hasName { complain("a file with a name (tmpfs or disk)", "one of kind \(kind.keyword)") }
    }
  }
  mutating func slot(_ slot: inout SlotID) {
    operand += 1
    mention(slot, word: nil)
  }
  private mutating func mention(_ slot: SlotID, word: Int?) {
    if Int(slot.index) >= Limits.slots {
      complain("at most \(Limits.slots) slots", "number \(slot.index)", word: word)
    } else if Int(slot.index) > population.slotCount {
      complain("slot number \(population.slotCount) or less", "number \(slot.index)", word: word)
    }
    population.mention(slot)
  }

  // MARK: Pages and mappings

  mutating func fileKind(_ kind: inout FileKind) { operand += 1 }
  mutating func pageCount(_ pages: inout UInt8, atLeast least: UInt8) {
    operand += 1
    if pages < least || pages > Limits.pages { complain("\(least) to \(Limits.pages) pages", "\(pages)") }
  }
  mutating func filePages(_ pages: inout PageRange) {
    operand += 1
    check(pages)
  }
  mutating func windowPages(_ pages: inout PageRange) {
    operand += 1
    check(pages)
  }
  private mutating func check(_ pages: PageRange) {
    if pages.first > pages.last || pages.last >= Limits.pages {
      complain("pages I..J with I <= J < \(Limits.pages)", "\(pages.first)..\(pages.last)")
    }
  }
  mutating func source(_ source: inout MapSource) {
    operand += 1
    switch source {
    case .file(let file, let pages):
      guard let kind = population.kind(of: file) else {
        return complain("a file that was made before", "number \(file.index)")
      }
      check(pages)
      if kind == .sysv, pages.first != 0 || pages.last + 1 != population.pages(of: file) {
        let last = max(population.pages(of: file), 1) - 1
        complain("all pages of the segment, 0..\(last)", "\(pages.first)..\(pages.last)")
      }
    case .anonymous(let pages):
      if pages < 1 || pages > Limits.pages { complain("1 to \(Limits.pages) pages", "\(pages)") }
    }
  }
  mutating func sharing(_ sharing: inout Sharing) { operand += 1 }
  mutating func protection(_ protection: inout Protection) { operand += 1 }
  mutating func options(_ options: inout MapOptions) { operand += 1 }
  mutating func duplicate(_ duplicate: inout Bool) { operand += 1 }

  // MARK: Words

  mutating func address(_ address: inout Address, _ use: AddressUse) {
    operand += 1
    check(address, use, word: nil)
  }
  private mutating func check(_ address: Address, _ use: AddressUse, word: Int?) {
    switch address.base {
    case .slot(let slot):
      mention(slot, word: word)
      if address.offset >= Limits.windowBytes {
        complain("an offset below \(Limits.windowBytes)", "\(address.offset)", word: word)
      }
    case .special(let special):
      if address.offset >= Limits.pageBytes {
        complain("an offset below \(Limits.pageBytes)", "\(address.offset)", word: word)
      }
      if use == .access, special != .null, special != .kernel {
        complain("an address in a slot, @null or @kernel", "@\(special.keyword)", word: word)
      }
    }
    if use == .access, address.offset % 4 != 0 {
      complain("an offset that 4 divides", "\(address.offset)", word: word)
    }
  }
  mutating func value(_ value: inout UInt32, _ label: StaticString?) { operand += 1 }
  mutating func count(_ count: inout Int32, _ label: StaticString) { operand += 1 }
  mutating func bitset(_ bitset: inout UInt32) { operand += 1 }
  mutating func timeout(_ timeout: inout Timeout) { operand += 1 }
  mutating func mode(_ mode: inout FutexMode, _ rule: ModeRule) {
    operand += 1
    if !rule.allows(mode) { complain(Self.wanted(rule), "other flags") }
  }
  private static func wanted(_ rule: ModeRule) -> String {
    switch rule {
    case .any: "no size, numa or mpol without futex2"
    case .legacy: "a call of futex(2), with no flag but private"
    case .futex2: "a call of futex2"
    }
  }
  mutating func wakeOperation(_ operation: inout WakeOperation) {
    operand += 1
    for number in [operation.operand, operation.comparand] where number < -2048 || number > 2047 {
      complain("an argument from -2048 to 2047", "\(number)")
    }
  }
  mutating func waitWords(_ words: inout [WaitWord]) {
    operand += 1
    checkCount(words.count)
    for (index, word) in words.enumerated() {
      check(word.address, .futex, word: index)
      if !ModeRule.futex2.allows(word.mode) { complain("futex2", "futex(2)", word: index) }
    }
  }
  mutating func keyWords(_ words: inout [ActorAddress]) {
    operand += 1
    checkCount(words.count)
    for (index, word) in words.enumerated() {
      if !population.canAct(word.actor) { complain("an actor that is alive", "another", word: index) }
      check(word.address, .futex, word: index)
    }
  }
  private mutating func checkCount(_ count: Int) {
    if count < 1 || count > Limits.words { complain("1 to \(Limits.words) words", "\(count)") }
  }
  mutating func isPrivate(_ isPrivate: inout Bool) { operand += 1 }
  mutating func hashSlots(_ slots: inout UInt8) { operand += 1 }

  // MARK: Rules between operands

  /// Called after the operands were visited.
  mutating func checkRelations(_ action: Action) {
    switch action {
    case .file(_, let kind, let pages):
      operand = 2
      if pages == 0, !kind.hasDescriptor { complain("1 to \(Limits.pages) pages of a \(kind.keyword)", "0") }
    case .map(_, let source, let sharing, let protection, let options):
      checkMap(source, sharing, protection, options)
    case .remap(let from, let to, _):
      operand = 1
      if from == to { complain("another slot", "the same") }
    case .wait(_, _, _, _, let timeout, let mode):
      operand = 3
      if mode.interface == .futex2 { check(absolute: timeout) }
    case .waitv(_, _, let timeout):
      operand = 1
      check(absolute: timeout)
    case .exit:
      if let actor, population.exitEndsOtherLane(actor) {
        complaints.append(
          Complaint(part: .whole, expected: "no exit that ends another lane's actor", found: "one"))
      }
    default: break
    }
  }
  private mutating func checkMap(
    _ source: MapSource, _ sharing: Sharing, _ protection: Protection, _ options: MapOptions
  ) {
    guard case .file(let file, _) = source else { return }
    if options.contains(.hugetlb) {
      operand = 4
      complain("hugetlb with anonymous memory only", "a file")
    }
    guard population.kind(of: file) == .sysv else { return }
    if sharing == .private {
      operand = 2
      complain("shared, as a segment is attached", "private")
    }
    if protection != .read && protection != .readWrite {
      operand = 3
      complain("r or rw, as a segment is attached", protection.keyword)
    }
    if options.contains(.populate) {
      operand = 4
      complain("no populate, as a segment is attached", "populate")
    }
  }
  private mutating func check(absolute timeout: Timeout) {
    if timeout.isRelative { complain("an absolute time-out, or none, with futex2", timeout.keyword) }
  }
}

extension Timeout {
  public var isRelative: Bool { self == .relativeZero || self == .relativeShort || self == .relativeLong }
  /// The absolute time-out that ends as this one does.
  var absolute: Timeout {
    switch self {
    case .relativeZero: .absolutePast
    case .relativeShort: .absoluteShort
    case .relativeLong: .absoluteLong
    default: self
    }
  }
}
