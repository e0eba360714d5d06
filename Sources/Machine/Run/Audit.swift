/// Counts references again from the state itself, when no thread is under way.
public enum Audit {
  /// What is wrong with a state in which every lane has ended, sleeps, or stalls; `nil`: nothing.
  ///
  /// - Parameter variant: says whether the keys of waiters hold inodes.
  public static func violation(_ state: StateRef, variant: Program) -> ViolationKind? {
    let waitersHold = variant.waiterHoldsReference && variant.keyForm == .pointer
    for page in 2...Layout.pages where state[page: page, PageField.state] != 0 {
      if state[page: page, PageField.head] != 0 { continue }
      var references = 0
      var mapped = 0
      for mm in 1...Layout.mms {
        for entry in 0..<Layout.virtualPages {
          let pte = state[mm: mm, MMField.ptes + entry]
          guard pte & (Layout.pteSwap | Layout.pteMigration) == 0, pte & 0x0f != 0 else { continue }
          let number = Int(pte & 0x0f)
          if number == page || number <= Layout.pages && state[page: number, PageField.head] == UInt8(page) {
            mapped += 1
          }
        }
      }
      for inode in 1...Layout.inodes {
        for slot in 0..<Layout.filePages {
          let entry = state[inode: inode, InodeField.slots + slot]
          if entry & 0x80 == 0, entry != 0, belongs(state, entry, page) { references += 1 }
        }
      }
      if state[page: page, PageField.swapcache] != 0 { references += 1 }
      for thread in 0..<Layout.threads {
        references += Int(state.thread(thread)[ThreadField.pagePins + page - 1])
      }
      if state[page: page, PageField.mapcount] != UInt8(mapped)
        || state[page: page, PageField.refcount] != UInt8(truncatingIfNeeded: references + mapped)
      {
        return .referenceCount
      }
    }
    for inode in 1...Layout.inodes {
      guard state[inode: inode, InodeField.state] == InodeState.live else { continue }
      var references = Int(state[inode: inode, InodeField.descriptors])
      for mm in 1...Layout.mms {
        for page in 0..<Layout.virtualPages where state[mm: mm, MMField.files + page] & 0x0f == UInt8(inode) {
          references += 1
        }
      }
      for thread in 0..<Layout.threads {
        references += Int(Int8(bitPattern: state.thread(thread)[ThreadField.inodePins + inode - 1]))
      }
      for waiter in 0..<Layout.waiters
      where waitersHold && state[waiter: waiter, WaiterField.state] == 1
        && state[waiter: waiter, WaiterField.thread] >= 0x40 && state[waiter: waiter, WaiterField.offset] & 0x10 != 0
        && state[waiter: waiter, WaiterField.pointer] & 0x0f == UInt8(inode)
      { references += 1 }
      if references != Int(state[inode: inode, InodeField.count]) { return .referenceCount }
    }
    return swapEntries(state) ?? cache(state) ?? tables(state) ?? reverseMap(state) ?? locks(state)
  }

  /// A swap entry counts the page cache slots and page table entries that name it.
  private static func swapEntries(_ state: StateRef) -> ViolationKind? {
    for entry in 1...Layout.swaps {
      var references = 0
      for inode in 1...Layout.inodes {
        for slot in 0..<Layout.filePages
        where state[inode: inode, InodeField.slots + slot] == UInt8(entry) | 0x80 { references += 1 }
      }
      for mm in 1...Layout.mms {
        for page in 0..<Layout.virtualPages
        where state[mm: mm, MMField.ptes + page] == UInt8(entry) | Layout.pteSwap { references += 1 }
      }
      if state[swap: entry, 0] != UInt8(references) { return .referenceCount }
      // The swap cache and its page name each other.
      let page = Int(state[swap: entry, 1])
      if page != 0 {
        guard page <= Layout.pages, state[page: page, PageField.swapcache] != 0,
          state[page: page, PageField.privateEntry] == UInt8(entry)
        else { return .inconsistent }
      }
    }
    return nil
  }

  /// The page cache holds pages of its own mapping at their index, and none beyond the end of the file.
  private static func cache(_ state: StateRef) -> ViolationKind? {
    for inode in 1...Layout.inodes where state[inode: inode, InodeField.state] == InodeState.live {
      for slot in 0..<Layout.filePages {
        let entry = state[inode: inode, InodeField.slots + slot]
        if entry == 0 { continue }
        if slot >= Int(state[inode: inode, InodeField.size]) { return .inconsistent }
        if entry & 0x80 != 0 { continue }
        guard Int(entry) <= Layout.pages, state[page: Int(entry), PageField.state] != 0 else { return .inconsistent }
        let head = Int(state[page: Int(entry), PageField.head])
        let page = head == 0 || head > Layout.pages ? Int(entry) : head
        if state[page: page, PageField.mapping] & 0x0f != UInt8(inode) { return .inconsistent }
        if state[page: page, PageField.state] == PageKind.base, page == Int(entry),
          state[page: page, PageField.index] != UInt8(slot)
        {
          return .inconsistent
        }
      }
    }
    return nil
  }

  /// A shared mapping maps its file's page, and none beyond the end; nothing is mapped where no VMA is.
  private static func tables(_ state: StateRef) -> ViolationKind? {
    for mm in 1...Layout.mms where state[mm: mm, MMField.state] != 0 {
      for page in 0..<Layout.virtualPages {
        let entry = state[mm: mm, MMField.ptes + page]
        if entry == 0 { continue }
        let flags = state[mm: mm, MMField.flags + page]
        if flags & VMFlag.present == 0 || entry & Layout.pteMigration != 0 { return .inconsistent }
        let file = Int(state[mm: mm, MMField.files + page] & 0x0f)
        guard file != 0, file <= Layout.inodes, flags & VMFlag.shared != 0 else { continue }
        let offset = Int(state[mm: mm, MMField.offsets + page])
        guard offset < Int(state[inode: file, InodeField.size]),
          state[inode: file, InodeField.slots + min(offset, 3)] == entry & 0x0f
        else { return .inconsistent }
      }
    }
    return nil
  }

  /// Locks are held by lanes that never let go, or by nobody.
  private static func locks(_ state: StateRef) -> ViolationKind? {
    func isLeft(_ lock: UInt8) -> Bool {
      lock != 0 && !(Int(lock) <= Layout.threads && state.status(ofThread: Int(lock) - 1) == ThreadStatus.stalled)
    }
    for page in 1...Layout.pages where isLeft(state[page: page, PageField.lock]) { return .leakedLock }
    for inode in 1...Layout.inodes
    where isLeft(state[inode: inode, InodeField.lock]) || isLeft(state[inode: inode, InodeField.pagesLock])
      || isLeft(state[inode: inode, InodeField.semaphore])
    {
      return .leakedLock
    }
    for anon in 1...Layout.anonVMAs where isLeft(state[anon: anon, AnonVMAField.lock]) { return .leakedLock }
    for inode in 1...Layout.inodes where state[inode: inode, InodeField.unsettled] != 0 { return .inconsistent }
    return nil
  }

  private static func belongs(_ state: StateRef, _ entry: UInt8, _ page: Int) -> Bool {
    Int(entry) == page
      || Int(entry) <= Layout.pages && state[page: Int(entry), PageField.head] == UInt8(page)
  }
}

/// The lock of a lane that never lets go.
public enum StalledLock {
  /// Whether a page that is locked has a mapping, so that nobody needs its lock to know the key.
  public static func pageHasMapping(_ state: StateRef) -> Bool {
    (1...Layout.pages).contains { page in
      let lock = Int(state[page: page, PageField.lock])
      return lock > 0 && lock <= Layout.threads && state.status(ofThread: lock - 1) == ThreadStatus.stalled
        && state[page: page, PageField.mapping] != 0
    }
  }
}

/// How a recorded result is shown.
public enum ResultText {
  public static func of(_ value: UInt8) -> String {
    if value & Layout.errorBit != 0 { return Constants.errorName(value) ?? "error \(value & 0x7f)" }
    switch value & 0x30 {
    case 0x10: return "inode key"
    case 0x20: return "mm key"
    default: return String(value)
    }
  }
}
