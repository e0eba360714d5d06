import Scenario

/// Where the things of a scenario stand in the Machine's world.
struct ScenarioMap {
  /// How what a program recorded is read.
  enum Reading: Hashable, Sendable {
    case nothing
    /// A number, or an error.
    case number
    /// 1: it sleeps.
    case wait
    /// 0, or an error that is a signal.
    case access(page: Int, isWrite: Bool)
    /// The same inside a race, where an error is this signal.
    case guarded(MemorySignal)

    func result(_ recorded: [UInt8]) throws(NotOnMachine) -> OperationResult {
      guard self != .nothing else { return .value(0) }
      guard let value = recorded.last else { throw NotOnMachine("nothing was recorded") }
      if value & Layout.errorBit != 0, case .guarded(let signal) = self { return .signal(signal) }
      if value & Layout.errorBit != 0 { return .error(ErrorCode(rawValue: Int32(value & 0x7f))) }
      return self == .wait ? .waiting : .value(Int64(value))
    }
  }
  enum Plan {
    case done(OperationResult)
    case programs(UInt8, [LaneOperation], Reading)
  }
  struct Window: Hashable {
    var slot: SlotID
    var page: UInt32
  }

  private var spaces: [ActorID: UInt8] = [:]
  private var files: [FileID: UInt8] = [:]
  private var diskFiles: Set<FileID> = []
  private var open: [FileID: Set<ActorID>] = [:]
  private var fileCount: UInt8 = 0
  /// Virtual pages by window, of each address space.
  private var pages: [UInt8: [Window: Int]] = [:]
  /// Offsets in a page that were named, in order: the Machine's words.
  private var words: [UInt32] = []
  private var hasStores = false

  private mutating func space(_ actor: ActorID?) throws(NotOnMachine) -> UInt8 {
    guard let actor, let mm = spaces[actor] else { throw NotOnMachine("an actor that was not started here") }
    return mm
  }
  private mutating func page(_ mm: UInt8, _ slot: SlotID, _ page: UInt32) throws(NotOnMachine) -> Int {
    let window = Window(slot: slot, page: page)
    if let known = pages[mm]?[window] { return known }
    let next = pages[mm]?.count ?? 0
    guard next < Layout.virtualPages else { throw NotOnMachine("more than 4 pages in an address space") }
    pages[mm, default: [:]][window] = next
    return next
  }
  private mutating func address(_ mm: UInt8, _ address: Address) throws(NotOnMachine) -> UInt8 {
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
  private func mode(_ mode: FutexMode) throws(NotOnMachine) -> UInt8 {
    guard mode.size == .u32, !mode.numa, !mode.mpol else { throw NotOnMachine("futex2 flags") }
    return mode.isPrivate ? 2 : 0
  }
  private func mapped(_ mm: UInt8, _ slot: SlotID, _ range: PageRange, _ state: inout MachineState) -> [Int] {
    (range.first...range.last).compactMap { number in
      guard let page = pages[mm]?[Window(slot: slot, page: UInt32(number))],
        state.edit({ $0[mm: Int(mm), MMField.flags + page] }) != 0
      else { return nil }
      return page
    }
  }

  /// What an operation is on the Machine; simple ones change the state here.
  mutating func plan(_ operation: Operation, _ state: inout MachineState) throws(NotOnMachine) -> Plan {
    func call(_ program: String, _ arguments: UInt8...) -> LaneOperation {
      LaneOperation(program, arguments, text: "\(program)(\(arguments.map(String.init).joined(separator: ", ")))")
    }
    switch operation.action {
    case .process(let actor):
      let mm = UInt8(spaces.count + 1)
      guard mm <= Layout.mms else { throw NotOnMachine("more than 3 processes") }
      spaces[actor] = mm
      state.edit { state in
        state[mm: Int(mm), MMField.state] = 1
        state[mm: Int(mm), MMField.users] = 1
        state[mm: Int(mm), MMField.count] = 1
      }
      return .done(.value(0))
    case .file(let file, let kind, let count):
      guard kind == .memfd || kind == .tmpfs || kind == .disk else { throw NotOnMachine("\(kind.keyword) files") }
      let inode = try newFile(count, named: kind.hasName, &state)
      files[file] = inode
      if kind == .disk { diskFiles.insert(file) }
      open[file] = Set(spaces.keys)
      let descriptors = UInt8(spaces.count)
      guard descriptors > 0 else { throw NotOnMachine("a file before any process") }
      state.edit { state in
        state[inode: Int(inode), InodeField.descriptors] = descriptors
        state[inode: Int(inode), InodeField.count] = descriptors
      }
      return .done(.value(0))
    case .map(let slot, let source, let sharing, let protection, let options):
      return try mapPages(operation, slot, source, sharing, protection, options, &state)
    case .unmap(let slot, let range):
      let mm = try space(operation.actor)
      return .programs(mm, mapped(mm, slot, range, &state).map { call("env.munmap", mm, UInt8($0)) }, .nothing)
    case .pageout(let slot, let range):
      let mm = try space(operation.actor)
      var calls: [LaneOperation] = []
      for page in mapped(mm, slot, range, &state) {
        let (file, offset) = state.edit {
          ($0[mm: Int(mm), MMField.files + page], $0[mm: Int(mm), MMField.offsets + page])
        }
        calls.append(file == 0 ? call("env.pageout-anon", mm, UInt8(page)) : call("env.pageout-shmem", file, offset))
      }
      guard !calls.isEmpty else { throw NotOnMachine("pageout of nothing") }
      return .programs(mm, calls, .nothing)
    case .rmapWalk(let slot, let range):
      let mm = try space(operation.actor)
      return .programs(mm, mapped(mm, slot, range, &state).map { call("env.rmap-walk", mm, UInt8($0)) }, .nothing)
    case .migrate(let slot, let range):
      let mm = try space(operation.actor)
      return .programs(mm, mapped(mm, slot, range, &state).map { call("env.migrate", mm, UInt8($0)) }, .nothing)
    case .truncate(let file, let count):
      let (mm, inode) = try opened(file, operation)
      guard count <= Layout.filePages else { throw NotOnMachine("more than 4 pages of a file") }
      return .programs(mm, [call("env.truncate", inode, count)], .nothing)
    case .punch(let file, let range):
      let (mm, inode) = try opened(file, operation)
      guard range.last < Layout.filePages else { throw NotOnMachine("more than 4 pages of a file") }
      return .programs(mm, [call("env.punch", inode, range.first, range.last)], .nothing)
    case .dropCaches(let file?):
      let (mm, inode) = try opened(file, operation)
      // What a store left on disk is not modelled: a page that is dropped there comes back as zeros.
      if diskFiles.contains(file), hasStores { throw NotOnMachine("drop-caches of a disk file with contents") }
      // shmem is never written back: its pages stay dirty and are kept.
      let flush = diskFiles.contains(file) ? [call("env.writeback", inode)] : []
      return .programs(mm, flush + [call("env.drop-caches", inode)], .nothing)
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
    case .wait(let waiter, let address, let value, let bitset, let timeout, let mode):
      let mm = try space(operation.actor)
      guard value < 0x40, bitset == .max, timeout == .none else {
        throw NotOnMachine("bitsets, time-outs, large values")
      }
      guard state.look({ $0.queuedWaiters.count }) < Layout.waiters else {
        throw NotOnMachine("more than 4 sleeping waiters")
      }
      return .programs(
        mm, [call("futex.enqueue", try self.address(mm, address), try self.mode(mode), UInt8(value), waiter.index)],
        .wait)
    case .wake(let address, let count, let bitset, let mode):
      let mm = try space(operation.actor)
      guard count > 0, bitset == .max else { throw NotOnMachine("bitsets, counts below 1") }
      return .programs(
        mm, [call("futex.wake", try self.address(mm, address), try self.mode(mode), UInt8(min(count, 100)))], .number)
    case .requeue(let from, let to, let wake, let move, let mode):
      let mm = try space(operation.actor)
      guard wake == 0, move > 0, try self.mode(mode) == 0 else { throw NotOnMachine("a requeue that wakes") }
      return .programs(
        mm, [call("futex.requeue", try self.address(mm, from), try self.address(mm, to), UInt8(min(move, 100)))],
        .number)
    default: throw NotOnMachine(operation.kind.keyword)
    }
  }

  private func opened(_ file: FileID, _ operation: Operation) throws(NotOnMachine) -> (UInt8, UInt8) {
    guard let actor = operation.actor, let mm = spaces[actor], let inode = files[file] else {
      throw NotOnMachine("a file that was not made here")
    }
    guard open[file]?.contains(actor) == true else { throw NotOnMachine("a file that is not open") }
    return (mm, inode)
  }

  private mutating func newFile(_ count: UInt8, named: Bool, _ state: inout MachineState) throws(NotOnMachine) -> UInt8
  {
    guard fileCount < Layout.inodes, count <= Layout.filePages else {
      throw NotOnMachine("more than 3 files, or 4 pages of a file")
    }
    fileCount += 1
    let inode = fileCount
    state.edit { state in
      state[inode: Int(inode), InodeField.state] = InodeState.live
      state[inode: Int(inode), InodeField.size] = count
      state[inode: Int(inode), InodeField.links] = named ? 1 : 0
      state[inode: Int(inode), InodeField.host] = inode
      state[inode: Int(inode), InodeField.mapping] = inode
    }
    return inode
  }

  private mutating func mapPages(
    _ operation: Operation, _ slot: SlotID, _ source: MapSource, _ sharing: Sharing, _ protection: Protection,
    _ options: MapOptions, _ state: inout MachineState
  ) throws(NotOnMachine) -> Plan {
    let mm = try space(operation.actor)
    guard options == [] else { throw NotOnMachine("populate, huge pages") }
    var inode: UInt8 = 0
    var first: UInt8 = 0
    let count: Int
    switch source {
    case .file(let file, let range):
      inode = try opened(file, operation).1
      first = range.first
      count = range.count
      guard range.last < Layout.filePages else { throw NotOnMachine("more than 4 pages of a file") }
    case .anonymous(let pages):
      count = Int(pages)
      if sharing == .shared { inode = try newFile(pages, named: false, &state) }
    }
    guard mapped(mm, slot, .all, &state).isEmpty else { throw NotOnMachine("a mapping in place of another") }
    var flags = VMFlag.present | (sharing == .shared ? VMFlag.shared : 0)
    if protection.readable { flags |= VMFlag.read }
    if protection.writable { flags |= VMFlag.write }
    for number in 0..<count {
      let page = try self.page(mm, slot, UInt32(number))
      let offset = first + UInt8(number)
      state.edit { state in
        state[mm: Int(mm), MMField.flags + page] = flags
        state[mm: Int(mm), MMField.offsets + page] = offset
        state[mm: Int(mm), MMField.files + page] = inode
        if inode != 0 { state[inode: Int(inode), InodeField.count] += 1 }
      }
    }
    return .done(.value(0))
  }
}
