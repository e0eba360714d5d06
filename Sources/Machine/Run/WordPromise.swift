/// A result that a derivation may give, as one bit of a set of 64.
public struct AllowedResults: OptionSet, Sendable, Hashable {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }
  public static let fault = AllowedResults(rawValue: 1)
  /// The key of an anonymous page: the caller's mm and the address.
  public static let mmKey = AllowedResults(rawValue: 2)
  public static let privateKey = AllowedResults(rawValue: 4)
  public static let invalid = AllowedResults(rawValue: 8)
  /// The key of a page of a file: which memory the inode is in, which life of it, which page.
  static func file(_ inode: Int, life: UInt8, index: UInt8) -> AllowedResults {
    AllowedResults(rawValue: 1 << UInt64(16 + ((inode - 1) * 4 + Int(life & 3)) * 4 + Int(index & 3)))
  }
}

/// What user space is promised for a word at one instant. The Machine asks at every step of a running derivation and
/// keeps the union.
public protocol WordPromise: Sendable {
  static func allowed(_ state: StateRef, mm: UInt8, address: UInt8, isWrite: Bool, isPrivate: Bool) -> AllowedResults
}

/// The promise as a function of what user space can see of the state: the VMAs, the size of the file, which private
/// pages were copied; and, while an operation that takes pages away is half done, of the page table entry too, because
/// truncate and munmap are not atomic and both answers are right in between.
public enum VisiblePromise: WordPromise {
  public static func allowed(
    _ state: StateRef, mm: UInt8, address: UInt8, isWrite: Bool, isPrivate: Bool
  ) -> AllowedResults {
    if address & 3 == 3 { return .invalid }
    guard address < 16 else { return .fault }
    if isPrivate { return .privateKey }
    let mm = min(max(Int(mm & 0x0f), 1), Layout.mms)
    let page = Int(address >> 2)
    let flags = state[mm: mm, MMField.flags + page]
    let entry = state[mm: mm, MMField.ptes + page]
    let isPresent = entry & (Layout.pteSwap | Layout.pteMigration) == 0 && entry & 0x0f != 0
    var result = AllowedResults()
    var mapped: Int?
    var mappedAnon = entry & Layout.pteSwap != 0
    if isPresent {
      let number = Int(entry & 0x0f)
      // A program may have written anything there.
      if number <= Layout.pages {
        let head = Int(state[page: number, PageField.head])
        let page = head == 0 || head > Layout.pages ? number : head
        mapped = page
        mappedAnon = state[page: page, PageField.mapping] & Layout.anonBit != 0
      }
    }
    let readable = flags & VMFlag.read != 0
    let writable = flags & VMFlag.write != 0
    let isUsable =
      flags & VMFlag.present != 0 && flags & (VMFlag.io | VMFlag.special) == 0
      && (writable || (readable && !isWrite))
    guard isUsable else {
      result.insert(.fault)
      // munmap took the VMA away and has not come to the page table yet.
      if flags & VMFlag.present == 0, let mapped, !isWrite || entry & Layout.pteWrite != 0 {
        result.formUnion(mappedAnon ? .mmKey : file(state, mapped, entry))
      }
      return result
    }
    let named = Int(state[mm: mm, MMField.files + page] & 0x0f)
    let file = named <= Layout.inodes ? named : 0
    let index = state[mm: mm, MMField.offsets + page]
    var inside = true
    if file != 0 {
      inside = index < state[inode: file, InodeField.size]
      if state[inode: file, InodeField.unsettled] != 0 { result.insert(.fault) }
    }
    let key: AllowedResults =
      file == 0 || index >= 4 ? .mmKey : .file(file, life: state[inode: file, InodeField.life], index: index)
    if flags & VMFlag.shared == 0 {
      if writable {
        result.formUnion(inside || mappedAnon ? .mmKey : .fault)
        return result
      }
      if file == 0 || mappedAnon {
        result.insert(.fault)
        return result
      }
    }
    result.formUnion(inside ? key : .fault)
    // truncate has not come to the page table yet, or a fault that had looked at the size before has mapped it again.
    if !inside, let mapped, !mappedAnon { result.formUnion(self.file(state, mapped, entry)) }
    return result
  }

  /// The key of a file's page that is still in a page table.
  private static func file(_ state: StateRef, _ head: Int, _ entry: UInt8) -> AllowedResults {
    let mapping = state[page: head, PageField.mapping]
    let inode = Int(mapping & 0x0f)
    guard mapping & (Layout.anonBit | Layout.tailMapping) == 0, (1...Layout.inodes).contains(inode) else { return [] }
    let index = state[page: Int(entry & 0x0f), PageField.index]
    return .file(inode, life: mapping >> 4, index: index)
  }
}
