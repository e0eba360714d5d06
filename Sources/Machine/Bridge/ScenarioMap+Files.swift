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
      if hasStores { throw NotOnMachine("evict of a disk file with contents") }
      return .programs(anySpace, [call("env.prune-icache", inode)], .nothing)
    // Memory is reused as soon as it can be.
    case .reuse: return .done(.value(0))
    case .umount: return .programs(anySpace, [call("env.umount")], .nothing)
    default: break
    }
    let mm = try space(operation.actor)
    func opened(_ file: FileID) throws(NotOnMachine) -> UInt8? {
      let inode = try self.inode(file)
      return open[file]?.contains(mm) == true ? inode : nil
    }
    switch operation.action {
    case .truncate(let file, let count):
      guard let inode = try opened(file) else { return .done(.error(.EBADF)) }
      guard count <= Layout.filePages else { throw NotOnMachine("more than 4 pages of a file") }
      sizes[file] = count
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
      return .programs(mm, [call("env.punch", inode, range.first, range.last)], .nothing)
    case .dropCaches(let file?):
      guard let inode = try opened(file) else { return .done(.error(.EBADF)) }
      // What a store left on disk is not modelled: a page that is dropped there comes back as zeros.
      if kinds[file] == .disk, hasStores { throw NotOnMachine("drop-caches of a disk file with contents") }
      // shmem is never written back: its pages stay dirty and are kept.
      let flush = kinds[file] == .disk ? [call("env.writeback", inode)] : []
      return .programs(mm, flush + [call("env.drop-caches", inode)], .nothing)
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
    guard kind == .memfd || kind == .tmpfs || kind == .disk else { throw NotOnMachine("\(kind.keyword) files") }
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
      guard !hasStores else { throw NotOnMachine("contents of an evicted file") }
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
}
