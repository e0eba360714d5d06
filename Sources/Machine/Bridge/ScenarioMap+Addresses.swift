import Scenario

/// Addresses. The Machine has 4 pages in an address space and 3 words in a page: what is not mapped, not waited for and
/// not named any more makes room for what is named next.
extension ScenarioMap {
  static func offset(_ address: Address) -> UInt32 { address.offset % Limits.pageBytes }

  mutating func page(
    _ mm: UInt8, _ window: Window, _ state: inout MachineState
  ) throws(NotOnMachine) -> Int {
    if let known = pages[mm]?[window] {
      namedPages.insert(Word(mm: mm, address: UInt8(known)))
      return known
    }
    let taken = pages[mm] ?? [:]
    var number = (0..<Layout.virtualPages).first { number in !taken.values.contains(number) }
    if number == nil {
      number = (0..<Layout.virtualPages).first { number in
        !namedPages.contains(Word(mm: mm, address: UInt8(number))) && isLeft(mm, number, &state)
      }
      if let number, let old = taken.first(where: { $0.value == number })?.key { pages[mm]?[old] = nil }
    }
    guard let number else { throw NotOnMachine("more than 4 pages in an address space") }
    pages[mm, default: [:]][window] = number
    namedPages.insert(Word(mm: mm, address: UInt8(number)))
    return number
  }

  /// Nothing is mapped at a virtual page, and nobody waits under a key that it gave.
  private func isLeft(_ mm: UInt8, _ page: Int, _ state: inout MachineState) -> Bool {
    state.edit { state in
      state[mm: Int(mm), MMField.flags + page] == 0
        && !(0..<Layout.waiters).contains {
          state[waiter: $0, WaiterField.state] == 1 && state[waiter: $0, WaiterField.offset] & 0x10 == 0
            && state[waiter: $0, WaiterField.pointer] & 0x0f == mm & 0x0f
            && state[waiter: $0, WaiterField.index] == UInt8(page)
        }
    }
  }

  mutating func address(
    _ mm: UInt8, _ address: Address, _ state: inout MachineState
  ) throws(NotOnMachine) -> UInt8 {
    let number = address.offset / Limits.pageBytes
    let page: Int
    switch address.base {
    case .special(.kernel), .special(.vsyscall): return address.offset % 4 == 0 ? 16 : 19
    case .special(let special):
      page = try self.page(mm, .special(special, number), &state)
      try mapSpecial(special, mm, page, number, &state)
    case .slot(let slot): page = try self.page(mm, .slot(slot, number), &state)
    }
    let offset = Self.offset(address)
    if offset % 4 != 0 { return UInt8(page * 4 + 3) }
    return UInt8(page * 4 + (try word(offset, &state)))
  }

  private mutating func word(_ offset: UInt32, _ state: inout MachineState) throws(NotOnMachine) -> Int {
    func isLeft(_ word: Int) -> Bool {
      !namedWords.contains(word)
        && state.edit { state in
          !(0..<Layout.waiters).contains {
            state[waiter: $0, WaiterField.state] == 1 && Int(state[waiter: $0, WaiterField.offset] & 3) == word
          }
        }
    }
    let word = words.firstIndex(of: offset) ?? words.firstIndex(of: nil) ?? words.indices.first(where: isLeft)
    guard let word else { throw NotOnMachine("more than 3 offsets in pages") }
    words[word] = offset
    namedWords.insert(word)
    return word
  }

  /// Program text is a private, read-only mapping of a file; the vDSO's pages have no mapping; vvar is VM_PFNMAP; nothing
  /// is mapped at address 0.
  private mutating func mapSpecial(
    _ special: SpecialAddress, _ mm: UInt8, _ page: Int, _ number: UInt32, _ state: inout MachineState
  ) throws(NotOnMachine) {
    guard special != .null, state.edit({ $0[mm: Int(mm), MMField.flags + page] }) == 0 else { return }
    var file: UInt8 = 0
    if special == .text {
      guard number < UInt32(Layout.filePages) else { throw NotOnMachine("more than 4 pages of a file") }
      if text == nil { text = try newFile(UInt8(Layout.filePages), named: true, &state) }
      file = text ?? 0
    }
    let isDone = state.edit { state in
      let kind = special == .vdso ? VMFlag.special : special == .vvar ? VMFlag.io : 0
      if file != 0 {
        state[inode: Int(file & 0x0f), InodeField.count] += 1
        state[mm: Int(mm), MMField.files + page] = file
      }
      state[mm: Int(mm), MMField.offsets + page] = UInt8(number & 3)
      if special == .vdso {
        guard let free = (2...Layout.pages).first(where: { state[page: $0, PageField.state] == 0 }) else {
          return false
        }
        state[page: free, PageField.state] = PageKind.base
        state[page: free, PageField.refcount] = 1
        state[page: free, PageField.mapcount] = 1
        state[mm: Int(mm), MMField.ptes + page] = UInt8(free)
      }
      state[mm: Int(mm), MMField.flags + page] = VMFlag.present | VMFlag.read | kind
      return true
    }
    guard isDone else { throw NotOnMachine("more than 7 pages in memory") }
  }

  func mode(_ mode: FutexMode) throws(NotOnMachine) -> UInt8 {
    guard !mode.numa, !mode.mpol else { throw NotOnMachine("NUMA nodes") }
    return mode.isPrivate ? 2 : 0
  }

  /// The mapped pages that an operation on a range of a window meets, those before the first hole, and whether there
  /// is one.
  func mapped(_ mm: UInt8, _ slot: SlotID, _ range: PageRange, _ state: inout MachineState) -> (
    pages: [Int], beforeHole: [Int], hasHole: Bool
  ) {
    let flags = flags(mm, &state)
    func page(_ number: UInt32) -> Int? {
      guard let page = pages[mm]?[.slot(slot, number)], flags[page] != 0 else { return nil }
      return page
    }
    var numbers = UInt32(range.first)...UInt32(range.last)
    if range == .all {
      let known = mappedNumbers(mm, slot, &state)
      guard let first = known.first, let last = known.last else { return ([], [], true) }
      numbers = first...last
    }
    let met = numbers.map(page)
    return (met.compactMap { $0 }, met.prefix { $0 != nil }.compactMap { $0 }, met.contains { $0 == nil })
  }

  /// `vm_flags` of each virtual page.
  private func flags(_ mm: UInt8, _ state: inout MachineState) -> [UInt8] {
    state.edit { state in (0..<Layout.virtualPages).map { state[mm: Int(mm), MMField.flags + $0] } }
  }

  /// The pages of a window that are mapped, ascending.
  func mappedNumbers(_ mm: UInt8, _ slot: SlotID, _ state: inout MachineState) -> [UInt32] {
    let flags = flags(mm, &state)
    return (pages[mm] ?? [:]).compactMap { window, page in
      guard case .slot(slot, let number) = window, flags[page] != 0 else { return nil }
      return number
    }.sorted()
  }

  /// The number of the page that a word would be read from, wherever it is: in memory, in swap, on disk.
  func content(_ mm: UInt8, _ address: UInt8, _ state: inout MachineState) -> UInt8 {
    guard address < 16 else { return 0 }
    let page = Int(address >> 2)
    let written = files.first { file, inode in
      inode == state.edit { $0[mm: Int(mm), MMField.files + page] } && kinds[file] == .disk
    }.flatMap { self.written[$0.key] }
    return state.edit { state in
      func swapped(_ entry: Int) -> UInt8 {
        guard (1...Layout.swaps).contains(entry) else { return 0 }
        let cached = Int(state[swap: entry, 1])
        return (2...Layout.pages).contains(cached) ? state[page: cached, PageField.value] : state[swap: entry, 2]
      }
      func held(_ page: UInt8) -> UInt8 {
        (1...Layout.pages).contains(Int(page)) ? state[page: Int(page), PageField.value] & 0x7f : 0
      }
      let entry = state[mm: Int(mm), MMField.ptes + page]
      if entry & Layout.pteSwap != 0 { return swapped(Int(entry & 0x0f)) }
      if entry & 0x0f != 0 { return held(entry & 0x0f) }
      let file = Int(state[mm: Int(mm), MMField.files + page] & 0x0f)
      let offset = Int(state[mm: Int(mm), MMField.offsets + page])
      guard (1...Layout.inodes).contains(file), offset < Layout.filePages else { return 0 }
      let slot = state[inode: file, InodeField.slots + offset]
      if slot & 0x80 != 0 { return swapped(Int(slot & 0x0f)) }
      if slot == 0 { return offset < Int(state[inode: file, InodeField.size]) ? written?[offset] ?? 0 : 0 }
      return held(slot)
    }
  }
}
