extension Run {
  /// A primitive on one page.
  mutating func page(_ primitive: Primitive, _ to: UInt8, _ page: UInt8, _ argument: UInt8) -> Flow {
    // The speculative reference is there to be tried on a page that may be free.
    if primitive == .tryGetPage || primitive == .findGetPage {
      guard page != 0 else { return .violation(.nullPointer) }
      guard page <= Layout.pages else { return .violation(.wildPointer) }
      let head = self.head(page)
      let count = state[page: head, PageField.refcount]
      // A look-up in the page cache or swap cache spins while somebody has the references frozen.
      if primitive == .findGetPage, count == 0, state[page: head, PageField.state] != 0 { return .blocked }
      set(to, count == 0 ? 0 : 1)
      return count == 0 ? .next : reference(head, 1, pinned: true)
    }
    let needsReference = isStrict && primitive != .putPage
    if let wrong = checkPage(page, needsReference: needsReference) { return .violation(wrong) }
    let head = self.head(page)
    let lock = state[page: head, PageField.lock]
    switch primitive {
    case .lockPage:
      guard lock == 0 else { return .blocked }
      state[page: head, PageField.lock] = UInt8(thread + 1)
    case .tryLockPage:
      set(to, lock == 0 ? 1 : 0)
      if lock == 0 { state[page: head, PageField.lock] = UInt8(thread + 1) }
    case .unlockPage:
      guard lock == UInt8(thread + 1) else { return .violation(.lockNotHeld) }
      state[page: head, PageField.lock] = 0
    case .getPage:
      guard state[page: head, PageField.refcount] != 0 else { return .violation(.useAfterFree) }
      return reference(head, 1, pinned: true)
    case .putPage:
      guard bytes[ThreadField.pagePins + head - 1] > 0 else { return .violation(.foreignReference) }
      return reference(head, -1, pinned: true)
    case .takeRef: return reference(head, 1, pinned: false)
    case .dropRef: return reference(head, -1, pinned: false)
    case .compoundHead: set(to, UInt8(head))
    case .pageAnon: set(to, state[page: Int(page), PageField.mapping] & Layout.anonBit != 0 ? 1 : 0)
    case .basePageIndex, .pageToOffset:
      // hugetlb's index counts huge pages. In a transparent huge page a tail has no index of its own: basepage_index,
      // which was made for hugetlb, takes what stands there.
      let index = state[page: head, PageField.index]
      switch state[page: head, PageField.state] {
      case PageKind.hugetlb: set(to, index << 1 &+ (page &- UInt8(head)))
      case PageKind.transparent where primitive == .pageToOffset: set(to, index &+ (page &- UInt8(head)))
      default: set(to, state[page: Int(page), PageField.index])
      }
    case .compoundCount:
      set(to, state[page: head, PageField.state] == PageKind.base ? 1 : 2)
    case .freeze:
      let matches = state[page: head, PageField.refcount] == argument && head != Int(Layout.zeroPage)
      set(to, matches ? 1 : 0)
      if matches { state[page: head, PageField.refcount] = 0 }
    case .unfreeze:
      guard state[page: head, PageField.refcount] == 0 else { return .violation(.bug) }
      state[page: head, PageField.refcount] = argument
      if argument == 0 { return release(head) }
    default: return .violation(.inconsistent)
    }
    return .next
  }

  private func reference(_ head: Int, _ change: Int, pinned: Bool) -> Flow {
    if pinned {
      let pins = bytes[ThreadField.pagePins + head - 1]
      guard change < 0 || pins < 0x7f else { return .violation(.counterOverflow) }
      bytes[ThreadField.pagePins + head - 1] = pins &+ UInt8(truncatingIfNeeded: change)
    }
    // The zero page's count does not matter.
    if head == Int(Layout.zeroPage) { return .next }
    let count = state[page: head, PageField.refcount]
    if change > 0 {
      guard count < 0x7f else { return .violation(.counterOverflow) }
      state[page: head, PageField.refcount] = count + 1
      return .next
    }
    guard count > 0 else { return .violation(.counterUnderflow) }
    state[page: head, PageField.refcount] = count - 1
    return count == 1 ? release(head) : .next
  }

  /// The last reference is gone: back to the page allocator, if nothing uses it any more.
  private func release(_ head: Int) -> Flow {
    let mapping = state[page: head, PageField.mapping]
    guard state[page: head, PageField.lock] == 0, state[page: head, PageField.mapcount] == 0,
      mapping == 0 || mapping & Layout.anonBit != 0, state[page: head, PageField.swapcache] == 0
    else { return .violation(.badPage) }
    for page in 1...Layout.pages where page == head || state[page: page, PageField.head] == UInt8(head) {
      for field in 0..<Layout.pageStride { state[page: page, field] = 0 }
    }
    return .next
  }

  /// A base page with one reference, the thread's; 0 when there is none.
  func allocatePage() -> UInt8 {
    for page in 2...Layout.pages where state[page: page, PageField.state] == 0 {
      state[page: page, PageField.state] = 1
      state[page: page, PageField.refcount] = 1
      bytes[ThreadField.pagePins + page - 1] &+= 1
      return UInt8(page)
    }
    return 0
  }
}
