/// Makes one operation valid after the population before it. An identifier that names nothing becomes one that does,
/// chosen by its number; what cannot be mended makes the operation `impossible`.
struct OperandRepairer: OperandVisitor {
  var population = Population()
  var maps = IdentifierMaps()
  var names: Names
  var actor: ActorID?
  private(set) var isImpossible = false
  private let oldNames: Names

  init(_ names: Names) {
    oldNames = names
    self.names = Names()
  }

  /// The operation as it is valid here, taken into the population; `nil`, and nothing changed, if there is no such.
  mutating func repair(_ operation: Operation, lane: ActorID?) -> Operation? {
    let before = self
    var operation = operation
    isImpossible = population.operationCount >= Limits.operations
    if operation.kind.hasNoActor {
      operation.actor = nil
      if lane != nil { isImpossible = true }
    } else if let lane {
      operation.actor = lane
      if !population.canAct(lane) { isImpossible = true }
    } else {
      operation.actor = resolve(operation.actor ?? ActorID(0))
    }
    if isImpossible || (operation.actor == nil && !operation.kind.hasNoActor) {
      self = before
      return nil
    }
    actor = operation.actor
    operation.action.visitOperands(&self)
    repairRelations(&operation.action)
    if isImpossible {
      self = before
      return nil
    }
    population.perform(operation)
    return operation
  }

  /// An actor that can act: the one that the number stands for, or else one chosen by it.
  private func resolve(_ actor: ActorID) -> ActorID? {
    let mapped = ActorID(maps.actors[Int(actor.index % 8)])
    if population.canAct(mapped) { return mapped }
    let acting = population.acting
    return acting.isEmpty ? nil : acting[Int(actor.index) % acting.count]
  }

  // MARK: Identifiers

  mutating func newActor(_ actor: inout ActorID) {
    guard population.canStartActor else { return isImpossible = true }
    let new = ActorID(UInt8(population.actorCount))
    maps.actors[Int(actor.index % 8)] = new.index
    if let name = oldNames.actors[actor] { names[new] = name }
    actor = new
  }
  mutating func newFile(_ file: inout FileID) {
    guard population.fileCount < Limits.files else { return isImpossible = true }
    let new = FileID(UInt8(population.fileCount))
    maps.files[Int(file.index % 8)] = new.index
    if let name = oldNames.files[file] { names[new] = name }
    file = new
  }
  mutating func newWaiter(_ waiter: inout WaiterID) {
    guard population.waiterCount < Limits.waiters else { return isImpossible = true }
    let new = WaiterID(UInt8(population.waiterCount))
    maps.waiters[Int(waiter.index % 32)] = new.index
    if let name = oldNames.waiters[waiter] { names[new] = name }
    waiter = new
  }
  mutating func waiter(_ waiter: inout WaiterID) {
    guard let actor else { return isImpossible = true }
    let mapped = WaiterID(maps.waiters[Int(waiter.index % 32)])
    if population.process(of: mapped) != nil, population.canCancel(mapped, actor) { return waiter = mapped }
    let candidates = population.cancellable(by: actor)
    guard !candidates.isEmpty else { return isImpossible = true }
    waiter = candidates[Int(waiter.index) % candidates.count]
  }
  mutating func file(_ file: inout FileID, _ use: FileUse) {
    guard let mended = resolve(file, { use == .name ? $0.hasName : $0.hasDescriptor }) else {
      return isImpossible = true
    }
    file = mended
  }
  mutating func fileOrSystem(_ file: inout FileID?) {
    guard let named = file else { return }
    guard let mended = resolve(named, \.hasDescriptor) else { return isImpossible = true }
    file = mended
  }
  private func resolve(_ file: FileID, _ fits: (FileKind) -> Bool) -> FileID? {
    let mapped = FileID(maps.files[Int(file.index % 8)])
    if let kind = population.kind(of: mapped), fits(kind) { return mapped }
    let candidates = population.files.filter { population.kind(of: $0).map(fits) ?? false }
    return candidates.isEmpty ? nil : candidates[Int(file.index) % candidates.count]
  }
  mutating func slot(_ slot: inout SlotID) {
    let old = slot
    let number = Int(slot.index % 16)
    if maps.slots[number] == IdentifierMaps.none {
      // Sixteen old numbers have room among sixteen new ones.
      let new = SlotID(UInt8(population.slotCount))
      maps.slots[number] = new.index
      population.mention(new)
      if let name = oldNames.slots[old] { names[new] = name }
    }
    slot = SlotID(maps.slots[number])
  }

  // MARK: Pages and mappings

  mutating func pageCount(_ pages: inout UInt8, atLeast least: UInt8) {
    if pages < least || pages > Limits.pages { pages = max(least, pages % UInt8(Limits.pages + 1)) }
  }
  mutating func filePages(_ pages: inout PageRange) { pages = Self.repaired(pages) }
  mutating func windowPages(_ pages: inout PageRange) { pages = Self.repaired(pages) }
  private static func repaired(_ pages: PageRange) -> PageRange {
    let first = pages.first % UInt8(Limits.pages)
    let last = pages.last % UInt8(Limits.pages)
    return PageRange(min(first, last), max(first, last))
  }
  mutating func source(_ source: inout MapSource) {
    switch source {
    case .file(let file, let pages):
      guard let mended = resolve(file, { _ in true }) else { return isImpossible = true }
      if population.kind(of: mended) == .sysv {
        source = .file(mended, PageRange(0, max(population.pages(of: mended), 1) - 1))
      } else {
        source = .file(mended, Self.repaired(pages))
      }
    case .anonymous(var pages):
      pageCount(&pages, atLeast: 1)
      source = .anonymous(pages: pages)
    }
  }

  // MARK: Words

  mutating func address(_ address: inout Address, _ use: AddressUse) {
    switch address.base {
    case .slot(var slot):
      self.slot(&slot)
      address = Address(slot, address.offset % Limits.windowBytes)
    case .special(let special):
      let accessible = special == .null || special == .kernel
      address.base = .special(use == .access && !accessible ? .null : special)
      address.offset %= Limits.pageBytes
    }
    if use == .access { address.offset &= ~3 }
  }
  mutating func mode(_ mode: inout FutexMode, _ rule: ModeRule) {
    if !rule.allows(mode) {
      mode = FutexMode(isPrivate: mode.isPrivate, interface: rule == .futex2 ? .futex2 : .legacy)
    }
  }
  mutating func wakeOperation(_ operation: inout WakeOperation) {
    operation.operand = Self.twelveBits(operation.operand)
    operation.comparand = Self.twelveBits(operation.comparand)
  }
  private static func twelveBits(_ number: Int16) -> Int16 { (number << 4) >> 4 }
  mutating func waitWords(_ words: inout [WaitWord]) {
    if words.isEmpty { isImpossible = true }
    if words.count > Limits.words { words.removeSubrange(Limits.words...) }
    for index in words.indices {
      address(&words[index].address, .futex)
      if words[index].mode.interface == .legacy {
        words[index].mode = FutexMode(isPrivate: words[index].mode.isPrivate, interface: .futex2)
      }
    }
  }
  mutating func keyWords(_ words: inout [ActorAddress]) {
    if words.count > Limits.words { words.removeSubrange(Limits.words...) }
    for index in words.indices {
      guard let actor = resolve(words[index].actor) else { return isImpossible = true }
      words[index].actor = actor
      address(&words[index].address, .futex)
    }
    if words.isEmpty { isImpossible = true }
  }

  // MARK: Rules between operands

  private mutating func repairRelations(_ action: inout Action) {
    switch action {
    case .file(let file, let kind, let pages):
      if pages == 0, !kind.hasDescriptor { action = .file(file, kind, pages: 1) }
    case .map(let slot, .file(let file, let pages), var sharing, var protection, var options):
      options.remove(.hugetlb)
      if population.kind(of: file) == .sysv {
        sharing = .shared
        if protection != .read { protection = .readWrite }
        options.remove(.populate)
      }
      action = .map(slot, .file(file, pages), sharing, protection, options)
    case .remap(let from, let to, _):
      if from == to { isImpossible = true }
    case .wait(let waiter, let address, let value, let bitset, let timeout, let mode):
      if mode.interface == .futex2 {
        action = .wait(waiter, address, value: value, bitset: bitset, timeout.absolute, mode)
      }
    case .waitv(let waiter, let words, let timeout):
      action = .waitv(waiter, words, timeout.absolute)
    case .exit:
      if let actor, population.exitEndsOtherLane(actor) { isImpossible = true }
    default: break
    }
  }
}

/// What an unrepaired scenario's identifiers are in the repaired one.
struct IdentifierMaps {
  static let none: UInt8 = 255
  var actors = SIMD8<UInt8>(repeating: none)
  var files = SIMD8<UInt8>(repeating: none)
  var slots = SIMD16<UInt8>(repeating: none)
  var waiters = SIMD32<UInt8>(repeating: none)
}
