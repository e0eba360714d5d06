/// What a reverse-map lookup and the walk after it must keep to, as bits of the thread's 64 (see ``LookupTrack``).
extension Run {
  private var track: UInt64 {
    get { state.allowed(thread).pointee }
    nonmutating set { state.allowed(thread).pointee = newValue }
  }

  func beginLookup(_ page: UInt8) {
    bytes[ThreadField.deriving] = Deriving.lookup
    bytes[ThreadField.address] = page
    bytes[ThreadField.mode] = 0
    track = LookupTrack.entries(state, page: Int(page)) << LookupTrack.mappedShift
    LookupTrack.extend(state, thread: thread)
  }

  /// The end of a lookup: what it promises must be so.
  func endLookup(_ result: UInt8, _ promises: LookupPromises) -> Flow {
    bytes[ThreadField.mode] = promises.rawValue
    let held = (1...Layout.anonVMAs).filter { state.holds(anon: $0, thread: thread) }
    guard result != 0 else {
      guard held.isEmpty, bytes[ThreadField.readDepth] == 0, bytes[ThreadField.spinDepth] == 0 else {
        return .violation(.leakedLock)
      }
      return endWalk()
    }
    guard let lock = held.first else { return .violation(.lockNotHeld) }
    guard held.count == 1 else { return .violation(.leakedLock) }
    if promises.contains(.alive), !state.isLive(anon: result) { return .violation(.deadAnonVMA) }
    if promises.contains(.tree) {
      let life = Int(state[anon: lock, AnonVMAField.life] & 3)
      guard track & LookupTrack.tree(lock, life: life) != 0 else { return .violation(.foreignTree) }
    }
    if promises.contains(.stays), let now = LookupTrack.root(state, page: Int(bytes[ThreadField.address])), now != lock
    {
      return .violation(.foreignTree)
    }
    bytes[ThreadField.deriving] = Deriving.walk
    return .next
  }

  /// The end of a walk, and of a lookup that gave nothing: a page that was mapped throughout was found, and so was each
  /// page table entry that mapped it throughout.
  func endWalk() -> Flow {
    let promises = LookupPromises(rawValue: bytes[ThreadField.mode])
    let isMissed =
      track & LookupTrack.mapped != 0 || track & (LookupTrack.notMapped | LookupTrack.found) == 0
    bytes[ThreadField.deriving] = 0
    bytes[ThreadField.address] = 0
    bytes[ThreadField.mode] = 0
    track = 0
    return isMissed && promises.contains(.complete) ? .violation(.missedPage) : .next
  }

  /// Whether an entry maps the page, looked at under the page table lock; from then on the walk may act on it.
  mutating func checkAddress(_ to: UInt8, _ page: UInt8, _ mm: UInt8, _ index: UInt8) -> Flow {
    if let wrong = checkMM(mm) { return .violation(wrong) }
    guard index < Layout.virtualPages else { return .violation(.badIndex) }
    let number = Int(mm & 0x0f)
    guard state[mm: number, MMField.ptl] == UInt8(thread + 1) else { return .violation(.lockNotHeld) }
    let maps = LookupTrack.maps(state, page: Int(page), mm: number, index: Int(index))
    set(to, maps ? 1 : 0)
    if maps, bytes[ThreadField.deriving] == Deriving.walk, bytes[ThreadField.address] == page {
      let entry = LookupTrack.entry(number, Int(index))
      track = track & ~(entry << LookupTrack.mappedShift) | entry << LookupTrack.verifiedShift | LookupTrack.found
    }
    return .next
  }

  /// `add_to_kill`: the process of this VMA gets SIGBUS for the page.
  func addToKill(_ page: UInt8, _ mm: UInt8, _ index: UInt8) -> Flow {
    if let wrong = checkMM(mm) { return .violation(wrong) }
    guard index < Layout.virtualPages else { return .violation(.badIndex) }
    let entry = LookupTrack.entry(Int(mm & 0x0f), Int(index)) << LookupTrack.verifiedShift
    guard bytes[ThreadField.deriving] == Deriving.walk, bytes[ThreadField.address] == page, track & entry != 0 else {
      return .violation(.unverifiedEntry)
    }
    return .next
  }

  /// A walk changes only page table entries that it has verified and that map the page still.
  func checkVerified(_ mm: UInt8, _ field: Int) -> ViolationKind? {
    let index = field - MMField.ptes
    let number = Int(mm & 0x0f)
    guard (0..<Layout.virtualPages).contains(index), (1...Layout.mms).contains(number) else { return nil }
    let entry = LookupTrack.entry(number, index) << LookupTrack.verifiedShift
    let page = Int(bytes[ThreadField.address])
    guard track & entry != 0, LookupTrack.maps(state, page: page, mm: number, index: index) else {
      return .unverifiedEntry
    }
    return nil
  }
}
