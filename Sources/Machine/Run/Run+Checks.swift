extension Run {
  /// What word a key stands for: the object with its life, the page, the word; `nil` when it stands for nothing.
  func identity(_ pointer: UInt8, _ index: UInt8, _ offset: UInt8) -> UInt16? {
    let word = UInt16(offset & 3)
    if offset & 0x10 != 0 {
      let owner = pointerKeys ? pointer : state.global(GlobalField.owners + Int(pointer & 7))
      guard owner & 0x0f != 0, index < 4 else { return nil }
      return 0x1000 | UInt16(owner & 0x3f) << 4 | UInt16(index) << 2 | word
    }
    let kind: UInt16 = offset & 0x20 != 0 ? 0x2000 : 0x3000
    return kind | UInt16(pointer & 0x3f) << 4 | UInt16(index & 3) << 2 | word
  }

  /// The same as a bit of what the thread's word was allowed to be.
  private func represented(_ pointer: UInt8, _ index: UInt8, _ offset: UInt8) -> AllowedResults? {
    let address = bytes[ThreadField.address]
    guard offset & 3 == address & 3 else { return nil }
    if offset & 0x10 != 0 {
      let owner = pointerKeys ? pointer : state.global(GlobalField.owners + Int(pointer & 7))
      guard (1...Layout.inodes).contains(Int(owner & 0x0f)), index < 4 else { return nil }
      return .file(Int(owner & 0x0f), life: owner >> 4, index: index)
    }
    guard pointer & 0x0f == bytes[ThreadField.mm] & 0x0f, index == address >> 2 else { return nil }
    return offset & 0x20 != 0 ? .mmKey : .privateKey
  }

  /// The end of a derivation: the result must have been right at some instant since its start, and only what a key
  /// holds may be kept.
  mutating func endDerivation(_ error: UInt8, _ key: UInt8) -> Flow {
    let allowed = AllowedResults(rawValue: state.allowed(thread).pointee)
    bytes[ThreadField.deriving] = 0
    defer {
      state.allowed(thread).pointee = 0
      bytes[ThreadField.address] = 0
      bytes[ThreadField.mode] = 0
    }
    let parts = (register(key), register(key + 1), register(key + 2))
    if error != 0 {
      let wanted: AllowedResults = error == Layout.errorBit | 22 ? .invalid : .fault
      let isOther = error != Layout.errorBit | 22 && error != Layout.errorBit | 14
      guard allowed.contains(wanted), !isOther else { return .violation(.spuriousError) }
    } else {
      guard let result = represented(parts.0, parts.1, parts.2), allowed.contains(result) else {
        return .violation(.wrongKey)
      }
    }
    for page in 0..<Layout.pages where bytes[ThreadField.pagePins + page] != 0 { return .violation(.leakedPage) }
    if bytes[ThreadField.readDepth] != 0 || bytes[ThreadField.spinDepth] != 0 { return .violation(.leakedLock) }
    for page in 1...Layout.pages where state[page: page, PageField.lock] == UInt8(thread + 1) {
      return .violation(.leakedLock)
    }
    let holdsInode = error == 0 && keyHoldsReference && pointerKeys && parts.2 & 0x10 != 0
    for inode in 0..<Layout.inodes {
      let wanted: UInt8 = holdsInode && Int(parts.0 & 0x0f) == inode + 1 ? 1 : 0
      let before = bytes[ThreadField.inodePinsBefore + inode]
      bytes[ThreadField.inodePinsBefore + inode] = 0
      if bytes[ThreadField.inodePins + inode] != wanted &+ before { return .violation(.leakedInode) }
    }
    return .next
  }

  /// At the end of a lane nothing is held.
  func leftovers() -> ViolationKind? {
    if bytes[ThreadField.readDepth] != 0 || bytes[ThreadField.spinDepth] != 0 { return .leakedLock }
    let me = UInt8(thread + 1)
    for page in 0..<Layout.pages {
      if bytes[ThreadField.pagePins + page] != 0 { return .leakedPage }
      if state[page: page + 1, PageField.lock] == me { return .leakedLock }
    }
    for inode in 1...Layout.inodes {
      if bytes[ThreadField.inodePins + inode - 1] != 0 { return .leakedInode }
      if state[inode: inode, InodeField.lock] == me || state[inode: inode, InodeField.pagesLock] == me
        || state[inode: inode, InodeField.semaphore] == me
      {
        return .leakedLock
      }
    }
    for mm in 1...Layout.mms {
      if bytes[ThreadField.mmPins + mm - 1] != 0 { return .leakedMM }
      if state[mm: mm, MMField.writer] == me || state[mm: mm, MMField.ptl] == me { return .leakedLock }
      if state[mm: mm, MMField.readers] >> UInt8(thread) & 1 != 0 { return .leakedLock }
    }
    for anon in 1...Layout.anonVMAs where state.holds(anon: anon, thread: thread) { return .leakedLock }
    if bytes[ThreadField.anonPins] != 0 { return .leakedAnonVMA }
    return state.global(GlobalField.bucketLock) == me ? .leakedLock : nil
  }
}
