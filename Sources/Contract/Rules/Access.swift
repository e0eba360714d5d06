import Scenario

/// Where a word lives.
enum Location: Hashable {
  case object(ObjectID, UInt32)
  case privatePage(space: UInt8, Position)
  /// The program's text, the vDSO, vvar: nothing that a scenario can know or change.
  case foreign
}

extension Address {
  /// The position in the windows; `nil` for a special address.
  var position: Position? { slot.map { AddressSpace.start(of: $0) + offset } }
  /// Below `TASK_SIZE` (`access_ok`).
  var isUserAddress: Bool { base != .special(.vsyscall) && base != .special(.kernel) }
  func advanced(by bytes: UInt32) -> Address { Address(base, offset: offset + bytes) }
}

/// Loads and stores: mmap(2), mprotect(2), signal(7).
extension ContractState {
  /// What an access meets; nothing is changed.
  func look(_ space: UInt8, _ address: Address, write: Bool) -> Answer<Location, MemorySignal> {
    guard let position = address.position else { return lookSpecial(address, write: write) }
    guard let region = spaces[Int(space)].region(at: position), region.protection != .none else {
      return .failure(.segv)
    }
    // Hardware has no pages that can be written but not read: `w` is readable.
    if write, !region.protection.writable { return .failure(.segv) }
    guard let (id, offset) = region.offset(at: position) else {
      return .success(.privatePage(space: space, position))
    }
    let object = objects[Int(id)]
    if region.isPrivate, spaces[Int(space)].hasCopy(at: position, unit: object.copyUnit) {
      return .success(.privatePage(space: space, position))
    }
    guard offset < object.size else { return .failure(.bus) }
    return makesPrivatePage(region, object, offset, write: write)
      ? .success(.privatePage(space: space, position)) : .success(.object(id, offset))
  }

  /// A write to a private mapping copies the page; so does, for hugetlb, a read of a page the file does not have.
  private func makesPrivatePage(_ region: Region, _ object: MemoryObject, _ offset: UInt32, write: Bool) -> Bool {
    guard region.isPrivate else { return false }
    return write || (object.kind == .hugetlb && object.present & MemoryObject.bit(offset) == 0)
  }

  private func lookSpecial(_ address: Address, write: Bool) -> Answer<Location, MemorySignal> {
    switch address.base {
    case .special(.text), .special(.vdso), .special(.vvar): write ? .failure(.segv) : .success(.foreign)
    default: .failure(.segv)
    }
  }

  /// The same, and the page fault is served: pages are populated, private ones copied.
  mutating func touch(_ space: UInt8, _ address: Address, write: Bool) -> Answer<Location, MemorySignal> {
    let met = look(space, address, write: write)
    guard case .success(let location) = met, let position = address.position else { return met }
    // Shared pages need nothing more, but those of hugetlb, which are in the file from now on.
    if case .object(let id, _) = location, objects[Int(id)].kind != .hugetlb { return met }
    guard let region = spaces[Int(space)].region(at: position), let (id, offset) = region.offset(at: position)
    else { return met }
    let object = objects[Int(id)]
    if !region.isPrivate {
      if object.kind == .hugetlb { objects[Int(id)].present |= MemoryObject.bit(offset) }
    } else if !spaces[Int(space)].hasCopy(at: position, unit: object.copyUnit),
      makesPrivatePage(region, object, offset, write: write)
    {
      let unit = object.copyUnit
      let start = position / unit * unit
      spaces[Int(space)].addCopy(at: start)
      spaces[Int(space)].privateWords.copy(object.words, from: offset / unit * unit, to: start..<start + unit)
    }
    return met
  }

  func value(at location: Location) -> WordValue {
    switch location {
    case .object(let id, let offset): objects[Int(id)].words[offset]
    case .privatePage(let space, let position): spaces[Int(space)].privateWords[position]
    case .foreign: .unknown
    }
  }

  mutating func set(_ location: Location, _ value: WordValue) {
    if !value.isKnown { hasDoubts = true }
    switch location {
    case .object(let id, let offset): objects[Int(id)].words[offset] = value
    case .privatePage(let space, let position): spaces[Int(space)].privateWords[position] = value
    case .foreign: break
    }
  }

  mutating func store(_ space: UInt8, _ address: Address, _ value: WordValue, _ step: inout Step) -> OperationResult {
    switch touch(space, address, write: true) {
    case .success(let location):
      set(location, value)
      return step.succeed(.store)
    case .failure(let signal):
      step.rule = Self.rule(of: signal)
      return .signal(signal)
    }
  }

  mutating func load(_ space: UInt8, _ address: Address, _ step: inout Step) -> PromisedResult {
    step.rule = .load
    if address.base == .special(.vsyscall) {
      // Readable only where the kernel was told `vsyscall=emulate`.
      return step.chooseWhether(.vsyscallReadable) ? .anyValue : .exactly(.signal(.segv))
    }
    switch touch(space, address, write: false) {
    case .success(let location):
      guard case .known(let value) = value(at: location) else { return .anyValue }
      return .exactly(.value(Int64(value)))
    case .failure(let signal):
      step.rule = Self.rule(of: signal)
      return .exactly(.signal(signal))
    }
  }

  static func rule(of signal: MemorySignal) -> Rule { signal == .segv ? .accessUnmapped : .accessBeyondEnd }

  /// Serves faults for a range, as populating it does: in ascending order, until one fails.
  mutating func populate(_ space: UInt8, _ range: Range<Position>, write: Bool) -> MemorySignal? {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Int(Limits.pageBytes)) {
      let window = Limits.windowBytes
      let address = Address(SlotID(UInt8(start / window)), start % window)
      if case .failure(let signal) = touch(space, address, write: write) { return signal }
    }
    return nil
  }
}
