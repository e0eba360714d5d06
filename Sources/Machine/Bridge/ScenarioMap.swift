import Scenario

/// Where the things of a scenario stand in the Machine's world.
struct ScenarioMap {
  enum Plan {
    case done(OperationResult)
    case programs(UInt8, [LaneOperation], ScenarioReading)
    /// Which of the words have one key.
    case partition([Word], isPrivate: Bool)
    /// A wait on several words, perhaps until its time is over.
    case waitv(UInt8, WaiterID, [WaitvWord], isTimed: Bool)
  }
  struct Word: Hashable, Sendable {
    var mm: UInt8
    var address: UInt8
  }
  struct WaitvWord {
    var address: UInt8
    var mode: UInt8
    var expected: UInt8
  }
  /// A page of an address space, as the scenario names it.
  enum Window: Hashable {
    case slot(SlotID, UInt32)
    case special(SpecialAddress, UInt32)
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
  /// What the pages of disk files held when they were last written back.
  var written: [FileID: [UInt8]] = [:]
  /// Inodes whose memory was in use before.
  var usedInodes: Set<UInt8> = []
  /// The file that program text is mapped from.
  var text: UInt8?
  /// Who waits: the address space that a waiter is of.
  var waiters: [WaiterID: UInt8] = [:]
  /// The bitsets of waiters: class 0 is every bit; 0 is none.
  var bitsets: [UInt32] = [.max, 0, 0, 0]
  /// Pages that mlock keeps.
  var locked: Set<Word> = []
  var robust: [ActorID: [Address]] = [:]
  var clearTID: [ActorID: Address] = [:]
  var contents = PageContents()
  /// Lanes are planned, so what one operation names must stay named for the others.
  var isRace = false
  /// Virtual pages by window, of each address space.
  var pages: [UInt8: [Window: Int]] = [:]
  /// Offsets in a page by the Machine's word.
  var words: [UInt32?] = [nil, nil, nil]
  /// What the operation under way names.
  var namedPages: Set<Word> = []
  var namedWords: Set<Int> = []

  func space(_ actor: ActorID?) throws(NotOnMachine) -> UInt8 {
    guard let actor, let mm = spaces[actor] else { throw NotOnMachine("an actor that was not started here") }
    return mm
  }
  func call(_ program: String, _ arguments: UInt8...) -> LaneOperation {
    LaneOperation(program, arguments, text: "\(program)(\(arguments.map(String.init).joined(separator: ", ")))")
  }

  /// What an operation is on the Machine; simple ones change the state here.
  mutating func plan(_ operation: Operation, _ state: inout MachineState) throws(NotOnMachine) -> Plan {
    if !isRace {
      namedPages = []
      namedWords = []
    }
    switch operation.action {
    case .process, .fork, .thread, .exit, .robust, .clearTID: return try planActor(operation, &state)
    case .file, .truncate, .grow, .punch, .dropCaches, .close, .unlink, .rename, .reopen, .evict, .reuse, .umount:
      return try planFile(operation, &state)
    case .map, .unmap, .remap, .protect, .remove, .dontneed, .pageout, .swapin, .lockMemory, .rmapWalk, .migrate,
      .collapse, .split, .merge:
      return try planMemory(operation, &state)
    case .store(let address, let value):
      let mm = try space(operation.actor)
      return try store(mm, address, value, &state)
    case .load(let address):
      let mm = try space(operation.actor)
      let word = try self.address(mm, address, &state)
      return .programs(
        mm, [call("futex.load", word)], .access(page: Int(word >> 2), offset: Self.offset(address), isWrite: false))
    default: return try planFutex(operation, &state)
    }
  }

  mutating func store(
    _ mm: UInt8, _ address: Address, _ value: UInt32, _ state: inout MachineState
  ) throws(NotOnMachine) -> Plan {
    let word = try self.address(mm, address, &state)
    let offset = Self.offset(address)
    let number = try contents.number(content(mm, word, &state), storing: value, at: offset)
    return .programs(
      mm, [call("futex.store", word, number)], .access(page: Int(word >> 2), offset: offset, isWrite: true))
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
