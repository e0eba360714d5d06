extension Audit {
  /// A mapped anonymous page names an anon_vma that is in use and that the VMA hangs on, so that a walk finds it; what
  /// hangs on an anon_vma are VMAs that exist; its references are its VMAs together and each anon_vma that it is the
  /// root of.
  static func reverseMap(_ state: StateRef) -> ViolationKind? {
    for mm in 1...Layout.mms where state[mm: mm, MMField.state] != 0 {
      for index in 0..<Layout.virtualPages {
        let entry = state[mm: mm, MMField.ptes + index]
        guard entry & (Layout.pteSwap | Layout.pteMigration) == 0, (2...Layout.pages).contains(Int(entry & 0x0f)) else {
          continue
        }
        let number = Int(entry & 0x0f)
        let head = Int(state[page: number, PageField.head])
        let mapping = state[page: head == 0 || head > Layout.pages ? number : head, PageField.mapping]
        guard mapping & Layout.anonBit != 0 else { continue }
        let anon = mapping & ~Layout.anonBit
        guard state.isLive(anon: anon),
          UInt64(state.links(anon: Int(anon & 0x0f))) & LookupTrack.entry(mm, index) != 0
        else { return .inconsistent }
      }
    }
    for anon in 1...Layout.anonVMAs where state[anon: anon, AnonVMAField.state] == AnonVMAState.used {
      let links = state.links(anon: anon)
      var references = links == 0 ? 0 : 1
      for other in 1...Layout.anonVMAs where other != anon {
        if state[anon: other, AnonVMAField.state] == AnonVMAState.used,
          state[anon: other, AnonVMAField.root] & 0x0f == UInt8(anon)
        {
          references += 1
        }
      }
      guard references == Int(state[anon: anon, AnonVMAField.refcount]) else { return .referenceCount }
      for mm in 1...Layout.mms {
        for index in 0..<Layout.virtualPages where UInt64(links) & LookupTrack.entry(mm, index) != 0 {
          guard state[mm: mm, MMField.state] != 0, state[mm: mm, MMField.flags + index] & VMFlag.present != 0 else {
            return .inconsistent
          }
        }
      }
    }
    return nil
  }
}
