import Scenario

/// Files, and what happens to their inodes.
extension ScenarioMap {
  mutating func planFile(_ operation: Operation, _ state: inout MachineState) throws(NotOnMachine) -> Plan {
    switch operation.action {
    case .file(let file, let kind, let count): return try create(file, kind, count, &state)
    case .unlink(let file):
      let inode = try self.inode(file)
      guard hasName(file) else { return .done(.error(.ENOENT)) }
      unlinked.insert(file)
      guard isLive(inode, &state) else { return .done(.value(0)) }
      return .programs(anySpace, [call("env.unlink", inode)], .nothing)
    case .rename(let file):
      _ = try inode(file)
      return .done(hasName(file) ? .value(0) : .error(.ENOENT))
    case .reopen(let file): return try reopen(file, try space(operation.actor), &state)
    case .evict(let file):
      let inode = try self.inode(file)
      // A file in memory alone stays as long as its name; the last reference of a nameless one has evicted it already.
      guard isLive(inode, &state), kinds[file] == .disk else { return .done(.value(0)) }
      try writeBack(file, &state)
      return .programs(anySpace, [call("env.prune-icache", inode)], .nothing)
    // Memory is reused as soon as it can be.
    case .reuse: return .done(.value(0))
    case .umount: return .programs(anySpace, [call("env.umount")], .nothing)
    case .dropCaches(nil):
      let mm = try space(operation.actor)
      var calls: [LaneOperation] = []
      for (file, inode) in files.sorted(by: { $0.key < $1.key }) where isLive(inode, &state) {
        calls += try droppingCaches(file, inode, &state)
      }
      return .programs(mm, calls, .nothing)
    default: break
    }
    let mm = try space(operation.actor)
    func opened(_ file: FileID) throws(NotOnMachine) -> UInt8? {
      let inode = try self.inode(file)
      return kinds[file]?.hasDescriptor == true && open[file]?.contains(mm) == true ? inode : nil
    }
    switch operation.action {
    case .truncate(let file, let count):
      guard let inode = try opened(file) else { return .done(.error(.EBADF)) }
      guard count <= Layout.filePages else { throw NotOnMachine("more than 4 pages of a file") }
      sizes[file] = count
      forget(file, Int(count)...)
      return .programs(mm, [call("env.truncate", inode, count)], .nothing)
    case .grow(let file, let count):
      guard let inode = try opened(file) else { return .done(.error(.EBADF)) }
      if count == 0 { return .done(.error(.EINVAL)) }
      guard count <= Layout.filePages else { throw NotOnMachine("more than 4 pages of a file") }
      sizes[file] = max(sizes[file] ?? 0, count)
      return .programs(mm, [call("env.grow", inode, count)], .nothing)
    case .punch(let file, let range):
      guard let inode = try opened(file) else { return .done(.error(.EBADF)) }
      guard range.last < Layout.filePages else { throw NotOnMachine("more than 4 pages of a file") }
      forget(file, Int(range.first)...Int(range.last))
      return .programs(mm, [call("env.punch", inode, range.first, range.last)], .nothing)
    case .dropCaches(let file?):
      guard let inode = try opened(file) else { return .done(.error(.EBADF)) }
      return .programs(mm, try droppingCaches(file, inode, &state), .nothing)
    case .close(let file):
      guard let inode = try opened(file) else { return .done(.error(.EBADF)) }
      open[file]?.remove(mm)
      return .programs(mm, [call("env.close", inode)], .nothing)
    default: throw NotOnMachine("\(operation.kind.keyword) of everything")
    }
  }

  func inode(_ file: FileID) throws(NotOnMachine) -> UInt8 {
    guard let inode = files[file] else { throw NotOnMachine("a file that was not made here") }
    return inode
  }
  private func hasName(_ file: FileID) -> Bool { kinds[file]?.hasName == true && !unlinked.contains(file) }
  /// For what the file system does, whoever asks for it.
  private var anySpace: UInt8 { spaces.values.min() ?? 1 }

  private mutating func create(
    _ file: FileID, _ kind: FileKind, _ count: UInt8, _ state: inout MachineState
  ) throws(NotOnMachine) -> Plan {
    guard kind != .memfdHugetlb, kind != .memfdTHP else { throw NotOnMachine("huge pages: \(kind.keyword) files") }
    let holders = Set(spaces.values)
    guard !holders.isEmpty else { throw NotOnMachine("a file before any process") }
    let inode = try newFile(count, named: kind.hasName, &state)
    files[file] = inode
    kinds[file] = kind
    sizes[file] = count
    open[file] = holders
    state.edit { state in
      state[inode: Int(inode & 0x0f), InodeField.descriptors] = UInt8(holders.count)
      state[inode: Int(inode & 0x0f), InodeField.count] = UInt8(holders.count)
    }
    return .done(.value(0))
  }

  /// The name leads to the inode, or, when that was evicted, to one that is read in again.
  private mutating func reopen(_ file: FileID, _ mm: UInt8, _ state: inout MachineState) throws(NotOnMachine) -> Plan {
    var inode = try self.inode(file)
    guard hasName(file) else { return .done(.error(.ENOENT)) }
    if !isLive(inode, &state) {
      inode = try newFile(sizes[file] ?? 1, named: true, &state)
      files[file] = inode
    }
    if open[file]?.insert(mm).inserted == true {
      state.edit { state in
        state[inode: Int(inode & 0x0f), InodeField.descriptors] += 1
        state[inode: Int(inode & 0x0f), InodeField.count] += 1
      }
    }
    return .done(.value(0))
  }

  // MARK: Contents on disk

  /// What a file's pages in the page cache hold is on disk from now on.
  mutating func writeBack(_ file: FileID, _ state: inout MachineState) throws(NotOnMachine) {
    let inode = Int(try self.inode(file) & 0x0f)
    var numbers = written[file] ?? [UInt8](repeating: 0, count: Layout.filePages)
    state.edit { state in
      for index in 0..<Layout.filePages {
        let page = Int(state[inode: inode, InodeField.slots + index])
        if (2...Layout.pages).contains(page) { numbers[index] = state[page: page, PageField.value] & 0x7f }
      }
    }
    guard !isRace || numbers.allSatisfy({ $0 == 0 }) else {
      throw NotOnMachine("contents of a disk file that its pages lose inside a race")
    }
    written[file] = numbers
  }
  /// A hole was made there.
  mutating func forget(_ file: FileID, _ range: some RangeExpression<Int>) {
    for index in 0..<Layout.filePages where range.contains(index) && written[file] != nil { written[file]?[index] = 0 }
  }

  private mutating func droppingCaches(
    _ file: FileID, _ inode: UInt8, _ state: inout MachineState
  ) throws(NotOnMachine) -> [LaneOperation] {
    // shmem is never written back: its pages stay dirty and are kept.
    guard kinds[file] == .disk else { return [call("env.drop-caches", inode)] }
    try writeBack(file, &state)
    return [call("env.writeback", inode), call("env.drop-caches", inode)]
  }

  /// The pages that hold something on disk and nothing in memory are read in before anybody faults on them: a fault of
  /// the Machine makes a page of zeros.
  func readAhead(_ state: inout MachineState) -> [LaneOperation] {
    var calls: [LaneOperation] = []
    for (file, inode) in files.sorted(by: { $0.key < $1.key }) where kinds[file] == .disk && isLive(inode, &state) {
      for (index, number) in (written[file] ?? []).enumerated() where number != 0 {
        let isAway = state.edit { state in
          state[inode: Int(inode & 0x0f), InodeField.slots + index] == 0
            && index < Int(state[inode: Int(inode & 0x0f), InodeField.size])
        }
        if isAway { calls.append(call("mm.readahead", inode, UInt8(index), number)) }
      }
    }
    return calls
  }
}
