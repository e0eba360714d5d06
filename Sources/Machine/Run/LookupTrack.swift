/// What is kept of a reverse-map lookup while it runs: which trees the page was in, whether it was not mapped at some
/// instant, which page table entries have mapped it throughout and were not found yet, which ones were verified.
enum LookupTrack {
  /// Bits 0 to 23: the trees, a bit for each life of each anon_vma that was the page's or the root of the page's.
  static func tree(_ anon: Int, life: Int) -> UInt64 { 1 << UInt64((anon - 1) * 4 + life & 3) }
  static let notMapped: UInt64 = 1 << 24
  static let found: UInt64 = 1 << 25
  static let mappedShift: UInt64 = 32
  static let verifiedShift: UInt64 = 44
  /// Entries that mapped the page throughout and were not found yet.
  static let mapped: UInt64 = 0xfff << mappedShift

  /// An entry of a page table as one bit of twelve.
  static func entry(_ mm: Int, _ index: Int) -> UInt64 { 1 << UInt64((mm - 1) * Layout.virtualPages + index) }

  static func maps(_ state: StateRef, page: Int, mm: Int, index: Int) -> Bool {
    let entry = state[mm: mm, MMField.ptes + index]
    return page != 0 && entry & (Layout.pteSwap | Layout.pteMigration) == 0 && Int(entry & 0x0f) == page
  }
  /// The entries that map a page.
  static func entries(_ state: StateRef, page: Int) -> UInt64 {
    var entries: UInt64 = 0
    for mm in 1...Layout.mms {
      for index in 0..<Layout.virtualPages where maps(state, page: page, mm: mm, index: index) {
        entries |= entry(mm, index)
      }
    }
    return entries
  }

  /// The anon_vma of a page that is mapped; `nil` when it is not mapped, or is no anonymous page.
  private static func anonVMA(_ state: StateRef, page: Int) -> Int? {
    guard (1...Layout.pages).contains(page), state[page: page, PageField.state] != 0,
      state[page: page, PageField.mapcount] != 0
    else { return nil }
    let mapping = state[page: page, PageField.mapping]
    guard mapping & Layout.anonBit != 0, state.isLive(anon: mapping & ~Layout.anonBit) else { return nil }
    return Int(mapping & 0x0f)
  }
  /// The root of the tree that a mapped anonymous page is in.
  static func root(_ state: StateRef, page: Int) -> Int? {
    guard let anon = anonVMA(state, page: page) else { return nil }
    let root = Int(state[anon: anon, AnonVMAField.root] & 0x0f)
    return (1...Layout.anonVMAs).contains(root) ? root : nil
  }

  /// After a step of anybody.
  static func extend(_ state: StateRef, thread: Int) {
    let page = Int(state.thread(thread)[ThreadField.address])
    var track = state.allowed(thread).pointee
    if anonVMA(state, page: page) == nil {
      // A file's page maps no anonymous one.
      track = (track | notMapped) & ~mapped
    } else if let root = root(state, page: page) {
      track |= tree(root, life: Int(state[anon: root, AnonVMAField.life] & 3))
    }
    let still = entries(state, page: page) << mappedShift
    state.allowed(thread).pointee = track & (still | ~mapped)
  }
}
