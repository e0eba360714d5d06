/// The state of a race before it starts, with the names of its objects.
public struct World: Sendable {
  public var state = MachineState()
  public private(set) var files: [String: UInt8] = [:]
  public private(set) var processes: [String: UInt8] = [:]

  public init() {}

  /// A file of some pages, open once. A file without a name is evicted with its last reference.
  public mutating func file(_ name: String, size: UInt8, named: Bool) -> Bool {
    let inode = files.count + 1
    guard inode <= Layout.inodes, size <= Layout.filePages else { return false }
    files[name] = UInt8(inode)
    state.edit { state in
      state[inode: inode, InodeField.state] = InodeState.live
      state[inode: inode, InodeField.count] = 1
      state[inode: inode, InodeField.descriptors] = 1
      state[inode: inode, InodeField.size] = size
      state[inode: inode, InodeField.links] = named ? 1 : 0
      state[inode: inode, InodeField.host] = UInt8(inode)
      state[inode: inode, InodeField.mapping] = UInt8(inode)
    }
    return true
  }

  public mutating func process(_ name: String) -> Bool {
    let mm = processes.count + 1
    guard mm <= Layout.mms else { return false }
    processes[name] = UInt8(mm)
    state.edit { state in
      state[mm: mm, MMField.state] = 1
      state[mm: mm, MMField.users] = 1
      state[mm: mm, MMField.count] = 1
    }
    return true
  }

  /// One virtual page of a process: flags, and the page of a file if it is of one.
  public mutating func map(_ mm: UInt8, _ page: Int, flags: UInt8, file: UInt8?, offset: UInt8) {
    state.edit { state in
      state[mm: Int(mm), MMField.flags + page] = flags
      state[mm: Int(mm), MMField.offsets + page] = offset
      if let file {
        state[mm: Int(mm), MMField.files + page] = file
        state[inode: Int(file), InodeField.count] += 1
      }
    }
  }

  /// A huge page (of two base pages) in the page cache of a file. An even first page.
  public mutating func huge(_ file: UInt8, _ first: UInt8, hugetlb: Bool) -> Bool {
    state.edit { state in
      guard
        let head = (2..<Layout.pages).first(where: {
          state[page: $0, PageField.state] == 0 && state[page: $0 + 1, PageField.state] == 0
        }),
        first & 1 == 0, first < Layout.filePages
      else { return false }
      state[page: head, PageField.state] = hugetlb ? PageKind.hugetlb : PageKind.transparent
      state[page: head, PageField.mapping] = file
      state[page: head, PageField.index] = hugetlb ? first >> 1 : first
      state[page: head, PageField.refcount] = 2
      state[page: head + 1, PageField.state] = PageKind.base
      state[page: head + 1, PageField.head] = UInt8(head)
      state[inode: Int(file), InodeField.slots + Int(first)] = UInt8(head)
      state[inode: Int(file), InodeField.slots + Int(first) + 1] = UInt8(head + 1)
      return true
    }
  }

  /// A page that belongs to no mapping (gate area, special mapping), in the page table.
  public mutating func special(_ mm: UInt8, _ page: Int, io: Bool) -> Bool {
    state.edit { state in
      state[mm: Int(mm), MMField.flags + page] =
        VMFlag.present | VMFlag.read | VMFlag.write | (io ? VMFlag.io : VMFlag.special)
      guard !io else { return true }
      guard let number = (2...Layout.pages).first(where: { state[page: $0, PageField.state] == 0 }) else {
        return false
      }
      state[page: number, PageField.state] = PageKind.base
      state[page: number, PageField.refcount] = 1
      state[page: number, PageField.mapcount] = 1
      state[mm: Int(mm), MMField.ptes + page] = UInt8(number) | Layout.pteWrite
      return true
    }
  }
}
