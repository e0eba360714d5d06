import Scenario

/// Where the things of a scenario stand in the Machine's world.
struct ScenarioMap {
  enum Plan {
    case done(OperationResult)
    case programs(UInt8, [LaneOperation], ScenarioReading)
    /// Which of the words have one key.
    case partition([Word], isPrivate: Bool)
  }
  struct Word: Hashable, Sendable {
    var mm: UInt8
    var address: UInt8
  }
  struct Window: Hashable {
    var slot: SlotID
    var page: UInt32
  }

  var spaces: [ActorID: UInt8] = [:]
  var threads: Set<ActorID> = []
  var spaceCount: UInt8 = 0
  /// Pointers to the files' inodes, with the life of their memory.
  var files: [FileID: UInt8] = [:]
  var kinds: [FileID: FileKind] = [:]
  /// The address spaces in which a file has a descriptor.
  var open: [FileID: Set<UInt8>] = [:]
  var unlinked: Set<FileID> = []
  /// Pages of a named file, for when it is read in again.
  var sizes: [FileID: UInt8] = [:]
  /// Inodes whose memory was in use before.
  private var usedInodes: Set<UInt8> = []
  /// Who waits: the address space that a waiter is of.
  var waiters: [WaiterID: UInt8] = [:]
  /// Pages that mlock keeps.
  var locked: Set<Word> = []
  /// Virtual pages by window, of each address space.
  var pages: [UInt8: [Window: Int]] = [:]
  /// Offsets in a page that were named, in order: the Machine's words.
  private var words: [UInt32] = []
  var hasStores = false

  func space(_ actor: ActorID?) throws(NotOnMachine) -> UInt8 {
    guard let actor, let mm = spaces[actor] else { throw NotOnMachine("an actor that was not started here") }
    return mm
  }
  mutating func page(_ mm: UInt8, _ slot: SlotID, _ page: UInt32) throws(NotOnMachine) -> Int {
    let window = Window(slot: slot, page: page)
    if let known = pages[mm]?[window] { return known }
    let next = pages[mm]?.count ?? 0
    guard next < Layout.virtualPages else { throw NotOnMachine("more than 4 pages in an address space") }
    pages[mm, default: [:]][window] = next
    return next
  }
  mutating func address(_ mm: UInt8, _ address: Address) throws(NotOnMachine) -> UInt8 {
    switch address.base {
    case .special(.kernel), .special(.vsyscall): return address.offset % 4 == 0 ? 16 : 19
    case .special(let special): throw NotOnMachine("@\(special.keyword)")
    case .slot(let slot):
      let page = try self.page(mm, slot, address.offset / Limits.pageBytes)
      let offset = address.offset % Limits.pageBytes
      if offset % 4 != 0 { return UInt8(page * 4 + 3) }
      if !words.contains(offset) { words.append(offset) }
      guard words.count <= 3 else { throw NotOnMachine("more than 3 offsets in pages") }
      guard words.count == 1 || !hasStores else { throw NotOnMachine("stores to several words") }
      return UInt8(page * 4 + (words.firstIndex(of: offset) ?? 0))
    }
  }
  func mode(_ mode: FutexMode) throws(NotOnMachine) -> UInt8 {
    guard !mode.numa, !mode.mpol else { throw NotOnMachine("futex2 flags") }
    return mode.isPrivate ? 2 : 0
  }
  /// The mapped pages that an operation on a range of a window meets, and whether it meets a hole.
  func mapped(_ mm: UInt8, _ slot: SlotID, _ range: PageRange, _ state: inout MachineState) -> (
    pages: [Int], hasHole: Bool
  ) {
    let flags = state.edit { state in (0..<Layout.virtualPages).map { state[mm: Int(mm), MMField.flags + $0] } }
    func page(_ number: UInt32) -> Int? {
      guard let page = pages[mm]?[Window(slot: slot, page: number)], flags[page] != 0 else { return nil }
      return page
    }
    var numbers = UInt32(range.first)...UInt32(range.last)
    if range == .all {
      let known = (pages[mm] ?? [:]).keys.filter { $0.slot == slot && page($0.page) != nil }.map(\.page)
      guard let first = known.min(), let last = known.max() else { return ([], true) }
      numbers = first...last
    }
    let met = numbers.map(page)
    return (met.compactMap { $0 }, met.contains { $0 == nil })
  }
  func call(_ program: String, _ arguments: UInt8...) -> LaneOperation {
    LaneOperation(program, arguments, text: "\(program)(\(arguments.map(String.init).joined(separator: ", ")))")
  }

  /// What an operation is on the Machine; simple ones change the state here.
  mutating func plan(_ operation: Operation, _ state: inout MachineState) throws(NotOnMachine) -> Plan {
    switch operation.action {
    case .process, .fork, .thread, .exit: return try planActor(operation, &state)
    case .file, .truncate, .grow, .punch, .dropCaches, .close, .unlink, .rename, .reopen, .evict, .reuse, .umount:
      return try planFile(operation, &state)
    case .map, .unmap, .protect, .remove, .dontneed, .pageout, .swapin, .lockMemory, .rmapWalk, .migrate:
      return try planMemory(operation, &state)
    case .store(let address, let value):
      let mm = try space(operation.actor)
      guard value < 0x40 else { throw NotOnMachine("values above 63") }
      hasStores = true
      let word = try self.address(mm, address)
      return .programs(mm, [call("futex.store", word, UInt8(value))], .access(page: Int(word >> 2) & 3, isWrite: true))
    case .load(let address):
      let mm = try space(operation.actor)
      let word = try self.address(mm, address)
      return .programs(mm, [call("futex.load", word)], .access(page: Int(word >> 2) & 3, isWrite: false))
    default: return try planFutex(operation, &state)
    }
  }

  mutating func newFile(_ count: UInt8, named: Bool, _ state: inout MachineState) throws(NotOnMachine) -> UInt8 {
    guard count <= Layout.filePages else { throw NotOnMachine("more than 4 pages of a file") }
    let number = state.edit { state in
      (1...Layout.inodes).first {
        state[inode: $0, InodeField.state] == InodeState.free && state[inode: $0, InodeField.life] < 3
      }
    }
    guard let number else { throw NotOnMachine("more than 3 files") }
    let inode = UInt8(number)
    let life = usedInodes.insert(inode).inserted ? 0 : state.edit { $0[inode: number, InodeField.life] + 1 }
    let pointer = inode | life << 4
    state.edit { state in
      state[inode: number, InodeField.life] = life
      state[inode: number, InodeField.state] = InodeState.live
      state[inode: number, InodeField.size] = count
      state[inode: number, InodeField.links] = named ? 1 : 0
      state[inode: number, InodeField.host] = pointer
      state[inode: number, InodeField.mapping] = pointer
    }
    return pointer
  }

  /// The file's inode is still the one that the scenario means.
  func isLive(_ inode: UInt8, _ state: inout MachineState) -> Bool {
    state.edit {
      $0[inode: Int(inode & 0x0f), InodeField.state] == InodeState.live
        && $0[inode: Int(inode & 0x0f), InodeField.life] == inode >> 4
    }
  }
}
