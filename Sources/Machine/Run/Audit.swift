/// Counts references again from the state itself, when no thread is under way.
public enum Audit {
  /// What is wrong with a state in which every lane has ended, sleeps, or stalls; `nil`: nothing.
  public static func violation(_ state: StateRef) -> ViolationKind? {
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
      if references != Int(state[inode: inode, InodeField.count]) { return .referenceCount }
    }
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
