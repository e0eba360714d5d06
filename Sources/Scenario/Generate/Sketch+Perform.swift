extension Sketch {
  /// Takes in an operation; answers how many sleepers it woke or moved.
  @discardableResult
  public mutating func perform(_ operation: Operation) -> Int {
    let actor = operation.actor ?? ActorID(0)
    let process = population.process(of: actor)
    defer { population.perform(operation) }
    switch operation.action {
    case .fork(let child):
      guard child.index < Limits.actors else { return 0 }
      for slot in 0..<UInt8(Limits.slots) { setWindow(child, SlotID(slot), window(process, SlotID(slot))) }
    case .exit:
      guard !population.isThread(actor) else { return 0 }
      for slot in 0..<UInt8(Limits.slots) { setWindow(process, SlotID(slot), Window()) }
      sleepers.removeAll { $0.process == process }
    case .file(let file, _, let pages), .truncate(let file, let pages):
      filePages[Int(file.index)] = pages
      let object = UInt16(file.index) + 1
      // Offsets are counted generously: a value too few only makes a wait that does not sleep.
      if !values.isEmpty { values.removeAll { $0.key.space == object } }
    case .grow(let file, let pages):
      filePages[Int(file.index)] = max(filePages[Int(file.index)], pages)
    case .punch(let file, _):
      let object = UInt16(file.index) + 1
      if !values.isEmpty { values.removeAll { $0.key.space == object } }
    case .map(let slot, let source, let sharing, let protection, let options):
      map(process, slot, source, sharing, protection, options)
    case .unmap(let slot, let pages):
      var window = window(process, slot)
      window.mapped &= ~Self.mask(pages)
      setWindow(process, slot, window)
      forget(process, slot)
    case .remap(let from, let to, let duplicate):
      let moved = window(process, from)
      guard moved.mapped != 0, !duplicate || moved.isShared else { return 0 }
      setWindow(process, to, moved)
      if !duplicate { setWindow(process, from, Window()) }
      forget(process, to)
    case .protect(let slot, let protection, .all):
      var window = window(process, slot)
      window.protection = protection
      setWindow(process, slot, window)
    case .dontneed(let slot, _): forget(process, slot)
    case .remove(let slot, _):
      let object = window(process, slot).object
      if !values.isEmpty { values.removeAll { $0.key.space == object } }
    case .store(let address, let value):
      if let key = key(actor, address, isPrivate: false) { store(key, value) }
    default: return performFutex(operation.action, actor, process)
    }
    return 0
  }

  private mutating func performFutex(_ action: Action, _ actor: ActorID, _ process: ActorID) -> Int {
    switch action {
    case .wait(let waiter, let address, let value, let bitset, let timeout, let mode):
      guard !timeout.endsByItself, bitset != 0, mode.size == .u32 else { return 0 }
      sleep(waiter, actor, process, address, value, bitset, mode)
    case .waitv(let waiter, let words, let timeout):
      guard !timeout.endsByItself else { return 0 }
      for word in words { sleep(waiter, actor, process, word.address, word.value, .max, word.mode) }
    case .wake(let address, let count, let bitset, let mode):
      guard let key = key(actor, address, isPrivate: mode.isPrivate), mode.size == .u32 else { return 0 }
      return wake(key, count, bitset)
    case .requeue(let from, let to, let wakes, let moves, let mode):
      return requeue(actor, from, to, wakes, moves, mode)
    case .compareRequeue(let from, let to, let wakes, let moves, let value, let mode):
      guard let seen = key(actor, from, isPrivate: false), self.value(seen) == value else { return 0 }
      return requeue(actor, from, to, wakes, moves, mode)
    case .wakeOp(let first, let second, let count, let count2, let operation, let mode):
      let woken = key(actor, first, isPrivate: mode.isPrivate).map { wake($0, count, .max) } ?? 0
      guard let word = key(actor, second, isPrivate: false) else { return woken }
      if operation.modifier == .set { store(word, UInt32(bitPattern: Int32(operation.operand))) }
      return woken + (key(actor, second, isPrivate: mode.isPrivate).map { wake($0, count2, .max) } ?? 0)
    case .cancel(let waiter):
      sleepers.removeAll { $0.waiter == waiter }
    case .keys(let words, let isPrivate):
      return words.reduce(0) { woken, word in
        woken + (key(word.actor, word.address, isPrivate: isPrivate).map { wake($0, .max, .max) } ?? 0)
      }
    default: break
    }
    return 0
  }

  static func mask(_ pages: PageRange) -> UInt8 {
    UInt8(truncatingIfNeeded: (2 << UInt16(pages.last)) - (1 << UInt16(pages.first)))
  }

  private mutating func map(
    _ process: ActorID, _ slot: SlotID, _ source: MapSource, _ sharing: Sharing, _ protection: Protection,
    _ options: MapOptions
  ) {
    var window = Window()
    window.isShared = sharing == .shared
    window.protection = protection
    switch source {
    case .file(let file, let pages):
      window.object = UInt16(file.index) + 1
      window.firstPage = pages.first
      window.mapped = Self.mask(PageRange(0, pages.last - pages.first))
      let kind = population.kind(of: file) ?? .memfd
      window.memory = MemoryKind(kind, sharing)
      window.isHuge = kind.pageBytes != Limits.pageBytes
    case .anonymous(let pages):
      window.object = newObject()
      window.mapped = Self.mask(PageRange(0, pages - 1))
      window.isAnonymous = true
      window.memory = MemoryKind(anonymous: sharing, options)
      window.isHuge = !options.isDisjoint(with: [.huge, .hugetlb])
    }
    setWindow(process, slot, window)
    forget(process, slot)
  }

  /// Whatever the process had stored in its own pages of the window is gone.
  private mutating func forget(_ process: ActorID, _ slot: SlotID) {
    guard !values.isEmpty else { return }
    let space = Key.mappedPrivately | UInt16(process.index)
    values.removeAll { $0.key.space == space && $0.key.offset >> 25 == UInt32(slot.index) }
  }
  private mutating func store(_ key: Key, _ value: UInt32) {
    values.removeAll { $0.key == key }
    if value != 0 { values.append((key, value)) }
  }

  private mutating func sleep(
    _ waiter: WaiterID, _ actor: ActorID, _ process: ActorID, _ address: Address, _ value: UInt32, _ bitset: UInt32,
    _ mode: FutexMode
  ) {
    guard let key = key(actor, address, isPrivate: mode.isPrivate),
      let word = self.key(actor, address, isPrivate: false), self.value(word) == value
    else { return }
    sleepers.append(
      Sleeper(
        waiter: waiter, process: process, key: key, bitset: bitset, isPrivate: mode.isPrivate,
        isFutex2: mode.interface == .futex2))
  }

  private mutating func wake(_ key: Key, _ count: Int32, _ bitset: UInt32) -> Int {
    var woken = 0
    while woken < max(1, Int(count)),
      let index = sleepers.firstIndex(where: { $0.key == key && $0.bitset & bitset != 0 })
    {
      let waiter = sleepers[index].waiter
      sleepers.removeAll { $0.waiter == waiter }
      woken += 1
    }
    return woken
  }

  private mutating func requeue(
    _ actor: ActorID, _ from: Address, _ to: Address, _ wakes: Int32, _ moves: Int32, _ mode: FutexMode
  ) -> Int {
    guard wakes >= 0, moves >= 0, let old = key(actor, from, isPrivate: mode.isPrivate),
      let new = key(actor, to, isPrivate: mode.isPrivate)
    else { return 0 }
    let woken = wakes == 0 ? 0 : wake(old, wakes, .max)
    var moved = 0
    while moved < moves, let index = sleepers.firstIndex(where: { $0.key == old }), old != new {
      var sleeper = sleepers.remove(at: index)
      sleeper.key = new
      sleepers.append(sleeper)
      moved += 1
    }
    return woken + moved
  }
}
