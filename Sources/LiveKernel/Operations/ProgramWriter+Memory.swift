import CKeywake
import Scenario

extension ProgramWriter {
  func writeMap(
    _ slot: SlotID, _ source: MapSource, _ sharing: Sharing, _ protection: Protection, _ options: MapOptions,
    by actor: ActorID
  ) {
    var flags: UInt16 = 0
    if sharing == .shared { flags |= UInt16(KW_SHARED.rawValue) }
    if options.contains(.populate) { flags |= UInt16(KW_POPULATE.rawValue) }
    if options.contains(.huge) { flags |= UInt16(KW_HUGE.rawValue) }
    if options.contains(.hugetlb) { flags |= UInt16(KW_HUGETLB.rawValue) }
    put(KW_MAP, by: actor) {
      $0.slot = slot.index
      $0.argument = protection.rawValue
      switch source {
      case .anonymous(let pages):
        flags |= UInt16(KW_ANONYMOUS.rawValue)
        $0.last = pages - 1
      case .file(let file, let pages):
        $0.file = file.index
        $0.first = pages.first
        $0.last = pages.last
        $0.value = files[Int(file.index)].kind.pageBytes
        if files[Int(file.index)].kind == .sysv { flags |= UInt16(KW_SEGMENT.rawValue) }
      }
      $0.flags = flags
    }
  }

  func writeWindowOperation(_ action: Action, by actor: ActorID) {
    switch action {
    case .unmap(let slot, let pages): window(KW_UNMAP, slot, pages, by: actor)
    case .remap(let from, let to, let duplicate):
      put(KW_REMAP, by: actor) {
        $0.slot = from.index
        $0.slot2 = to.index
        $0.flags = duplicate ? UInt16(KW_DUPLICATE.rawValue) : 0
      }
    case .protect(let slot, let protection, let pages):
      window(KW_PROTECT, slot, pages, protection.rawValue, by: actor)
    case .remove(let slot, let pages): window(KW_ADVISE, slot, pages, Advice.remove, by: actor)
    case .dontneed(let slot, let pages): window(KW_ADVISE, slot, pages, Advice.dontneed, by: actor)
    case .swapin(let slot, let pages): window(KW_ADVISE, slot, pages, Advice.populateRead, by: actor)
    case .collapse(let slot, let pages): window(KW_ADVISE, slot, pages, Advice.collapse, by: actor)
    case .pageout(let slot, let pages): window(KW_PAGEOUT, slot, pages, by: actor)
    case .split(let slot, let pages): window(KW_SPLIT, slot, pages, by: actor)
    case .merge(let slot, let pages): window(KW_MERGE, slot, pages, by: actor)
    case .lockMemory(let slot, let pages): window(KW_LOCK_MEMORY, slot, pages, by: actor)
    case .store(let address, let value):
      put(KW_STORE, by: actor) {
        $0.address = bytes(of: address)
        $0.value = value
      }
    case .load(let address): put(KW_LOAD, by: actor) { $0.address = bytes(of: address) }
    default: break
    }
  }

  private func window(_ code: kw_code, _ slot: SlotID, _ pages: PageRange, _ argument: UInt8 = 0, by actor: ActorID) {
    put(code, by: actor) {
      $0.slot = slot.index
      $0.first = pages.first
      $0.last = pages.last
      $0.argument = argument
    }
  }
}

/// `MADV_*`, as `madvise(2)` has them.
private enum Advice {
  static let dontneed: UInt8 = 4
  static let remove: UInt8 = 9
  static let populateRead: UInt8 = 22
  static let collapse: UInt8 = 25
}
