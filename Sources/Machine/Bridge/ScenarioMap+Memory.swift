import Scenario

/// Mappings, and advice about them.
extension ScenarioMap {
  mutating func planMemory(_ operation: Operation, _ state: inout MachineState) throws(NotOnMachine) -> Plan {
    let mm = try space(operation.actor)
    func field(_ field: Int, _ page: Int) -> UInt8 { state.edit { $0[mm: Int(mm), field + page] } }
    func isLocked(_ page: Int) -> Bool { locked.contains(Word(mm: mm, address: UInt8(page))) }
    switch operation.action {
    case .map(let slot, let source, let sharing, let protection, let options):
      return try mapPages(mm, slot, source, sharing, protection, options, &state)
    case .unmap(let slot, let range):
      return .programs(mm, unmapping(mm, mapped(mm, slot, range, &state).pages), .nothing)
    case .rmapWalk(let slot, let range):
      return .programs(
        mm, mapped(mm, slot, range, &state).pages.map { call("env.rmap-walk", mm, UInt8($0)) }, .nothing)
    case .migrate(let slot, let range):
      return .programs(mm, mapped(mm, slot, range, &state).pages.map { call("env.migrate", mm, UInt8($0)) }, .nothing)
    case .protect(let slot, let protection, let range):
      let met = mapped(mm, slot, range, &state)
      let calls = met.beforeHole.map { page in
        call(
          "env.mprotect", mm, UInt8(page), field(MMField.flags, page) & VMFlag.shared | Self.flags(protection))
      }
      return .programs(mm, calls, met.hasHole ? .fixed(.error(.ENOMEM)) : .nothing)
    case .swapin(let slot, let range):
      let met = mapped(mm, slot, range, &state)
      let readable = met.beforeHole.prefix { field(MMField.flags, $0) & VMFlag.read != 0 }
      let result: OperationResult =
        readable.count < met.beforeHole.count ? .error(.EINVAL) : met.hasHole ? .error(.ENOMEM) : .value(0)
      return .programs(
        mm, readable.map { call("env.populate", UInt8($0 * 4), 0) },
        .populate(pages: readable.count, .EFAULT, result))
    case .lockMemory(let slot, let range):
      let met = mapped(mm, slot, range, &state)
      for page in met.beforeHole { locked.insert(Word(mm: mm, address: UInt8(page))) }
      if met.hasHole { return .done(.error(.ENOMEM)) }
      return .programs(
        mm, met.pages.map { prefault(field(MMField.flags, $0), $0) },
        .populate(pages: met.pages.count, .ENOMEM, .value(0)))
    case .remap(let from, let to, let duplicate): return try remap(mm, from, to, duplicate, &state)
    // The Machine is a kernel without CONFIG_TRANSPARENT_HUGEPAGE: madvise does not know the advice.
    case .collapse: return .done(.error(.EINVAL))
    case .split: return .done(.value(0))
    case .remove(let slot, let range):
      let met = mapped(mm, slot, range, &state)
      var calls: [LaneOperation] = []
      for page in met.pages {
        let flags = field(MMField.flags, page)
        let inode = field(MMField.files, page)
        if isLocked(page) { return .programs(mm, calls, .fixed(.error(.EINVAL))) }
        if inode == 0 { return .programs(mm, calls, .fixed(.error(.EINVAL))) }
        if flags & VMFlag.shared == 0 { return .programs(mm, calls, .fixed(.error(.EACCES))) }
        let offset = field(MMField.offsets, page)
        if let file = files.first(where: { $0.value == inode })?.key { forget(file, Int(offset)...Int(offset)) }
        calls.append(call("env.punch", inode, offset, offset))
      }
      return .programs(mm, calls, met.hasHole ? .fixed(.error(.ENOMEM)) : .nothing)
    case .dontneed(let slot, let range):
      let met = mapped(mm, slot, range, &state)
      var calls: [LaneOperation] = []
      for page in met.pages {
        if isLocked(page) { return .programs(mm, calls, .fixed(.error(.EINVAL))) }
        calls.append(call("env.dontneed", mm, UInt8(page)))
      }
      return .programs(mm, calls, met.hasHole ? .fixed(.error(.ENOMEM)) : .nothing)
    case .pageout(let slot, let range):
      let met = mapped(mm, slot, range, &state)
      var calls: [LaneOperation] = []
      for page in met.pages {
        if isLocked(page) { return .programs(mm, calls, .fixed(.error(.EINVAL))) }
        let inode = field(MMField.files, page)
        let disk = files.first { $0.value == inode && kinds[$0.key] == .disk }?.key
        let isAnonymous = inode == 0 || copied(mm, page, &state)
        if isAnonymous {
          calls.append(call("env.pageout-anon", mm, UInt8(page)))
        } else if let disk {
          try writeBack(disk, &state)
          calls += [call("env.writeback", inode), call("env.drop-caches", inode)]
        } else {
          calls.append(call("env.pageout-shmem", inode, field(MMField.offsets, page)))
        }
      }
      return .programs(mm, calls, met.hasHole ? .fixed(.error(.ENOMEM)) : .nothing)
    default: throw NotOnMachine("KSM")
    }
  }

  static func flags(_ protection: Protection) -> UInt8 {
    VMFlag.present | (protection.readable ? VMFlag.read : 0) | (protection.writable ? VMFlag.write : 0)
  }

  /// A private page of a file's mapping.
  private func copied(_ mm: UInt8, _ page: Int, _ state: inout MachineState) -> Bool {
    state.edit { state in
      let entry = state[mm: Int(mm), MMField.ptes + page]
      guard entry & (Layout.pteSwap | Layout.pteMigration) == 0, (2...Layout.pages).contains(Int(entry & 0x0f)) else {
        return false
      }
      return state[page: Int(entry & 0x0f), PageField.mapping] & Layout.anonBit != 0
    }
  }

  private mutating func unmapping(_ mm: UInt8, _ pages: [Int]) -> [LaneOperation] {
    pages.map { page in
      locked.remove(Word(mm: mm, address: UInt8(page)))
      return call("env.munmap", mm, UInt8(page))
    }
  }

  /// MAP_POPULATE and mlock: for writing where a private mapping is writable, else for reading.
  private func prefault(_ flags: UInt8, _ page: Int) -> LaneOperation {
    call("env.populate", UInt8(page * 4), flags & VMFlag.shared == 0 && flags & VMFlag.write != 0 ? 1 : 0)
  }

  private mutating func mapPages(
    _ mm: UInt8, _ slot: SlotID, _ source: MapSource, _ sharing: Sharing, _ protection: Protection,
    _ options: MapOptions, _ state: inout MachineState
  ) throws(NotOnMachine) -> Plan {
    // Advice may be ignored, as a kernel without huge pages does; an anonymous mapping that is advised is counted in them.
    var isHuge = options.contains(.hugetlb)
    if case .anonymous = source { isHuge = isHuge || options.contains(.huge) }
    guard !isHuge else { throw NotOnMachine("huge pages: anonymous mappings") }
    var inode: UInt8 = 0
    var first: UInt8 = 0
    let count: Int
    switch source {
    case .file(let file, let range):
      inode = try self.inode(file)
      guard open[file]?.contains(mm) == true else { return .done(.error(.EBADF)) }
      first = range.first
      count = range.count
      guard range.last < Layout.filePages else { throw NotOnMachine("more than 4 pages of a file") }
    case .anonymous(let pages):
      count = Int(pages)
    }
    var numbers: [Int] = []
    for number in 0..<count { numbers.append(try page(mm, .slot(slot, UInt32(number)), &state)) }
    if case .anonymous(let pages) = source, sharing == .shared { inode = try newFile(pages, named: false, &state) }
    let flags = Self.flags(protection) | (sharing == .shared ? VMFlag.shared : 0)
    let old = mapped(mm, slot, .all, &state).pages
    var calls = unmapping(mm, old.filter { inode == 0 || !numbers.contains($0) })
    for (number, page) in numbers.enumerated() {
      if inode != 0, old.contains(page) {
        locked.remove(Word(mm: mm, address: UInt8(page)))
        calls.append(call("mm.mmap-over", mm, UInt8(page), inode, first + UInt8(number), flags))
      } else if inode == 0 {
        calls.append(call("env.mmap-anonymous", mm, UInt8(page), flags))
      } else {
        calls.append(call("env.mmap-page", mm, UInt8(page), inode, first + UInt8(number), flags))
      }
    }
    guard options.contains(.populate) else { return .programs(mm, calls, .fixed(.value(0))) }
    calls += numbers.map { prefault(flags, $0) }
    return .programs(mm, calls, .ignored(records: numbers.count, .value(0)))
  }

  /// One mremap a page, ascending, until one fails.
  private mutating func remap(
    _ mm: UInt8, _ from: SlotID, _ to: SlotID, _ duplicate: Bool, _ state: inout MachineState
  ) throws(NotOnMachine) -> Plan {
    let numbers = mappedNumbers(mm, from, &state)
    if numbers.isEmpty { return .done(.error(.EFAULT)) }
    var calls: [LaneOperation] = []
    for number in numbers {
      let source = try page(mm, .slot(from, number), &state)
      func field(_ field: Int, _ page: Int) -> UInt8 { state.edit { $0[mm: Int(mm), field + page] } }
      let flags = field(MMField.flags, source)
      if duplicate, flags & VMFlag.shared == 0 { return .programs(mm, calls, .fixed(.error(.EINVAL))) }
      let target = try page(mm, .slot(to, number), &state)
      if field(MMField.flags, target) != 0 { calls += unmapping(mm, [target]) }
      let isLocked = locked.contains(Word(mm: mm, address: UInt8(source)))
      if isLocked { locked.insert(Word(mm: mm, address: UInt8(target))) }
      if duplicate {
        calls.append(
          call(
            "env.mmap-page", mm, UInt8(target), field(MMField.files, source), field(MMField.offsets, source), flags))
      } else {
        locked.remove(Word(mm: mm, address: UInt8(source)))
        calls.append(call("mm.mremap", mm, UInt8(source), UInt8(target)))
      }
    }
    return .programs(mm, calls, .nothing)
  }
}
