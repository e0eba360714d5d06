import Scenario

/// One address space: its mappings, its private pages, and the descriptor table of its process.
public struct AddressSpace: Hashable, Sendable {
  /// Disjoint, in ascending order.
  public var regions: [Region] = []
  /// Where the private pages of private *file* mappings start, in ascending order: copied by a write, or (hugetlb)
  /// made by a read of a hole. They no longer show the file. Anonymous regions have private pages throughout.
  public var copies: [Position] = []
  /// The words of all private pages, by position.
  public var privateWords = Words()
  /// Bit N: slot N counts in pages of 2 MiB.
  public var hugeSlots: UInt16 = 0
  /// Bit N: file N is open (or, for one without a descriptor, was inherited).
  public var descriptors: UInt8 = 0
  /// `PR_FUTEX_HASH_SET_SLOTS` with 0 was done: there is no way back.
  public var usesGlobalHash = false

  public static func start(of slot: SlotID) -> Position { UInt32(slot.index) * Limits.windowBytes }

  func region(at position: Position) -> Region? {
    for region in regions where region.range.contains(position) { return region }
    return nil
  }
  func pageBytes(of slot: SlotID) -> UInt32 {
    hugeSlots & (1 << UInt16(slot.index)) != 0 ? Limits.hugePageBytes : Limits.pageBytes
  }
  mutating func setPageBytes(of slot: SlotID, huge: Bool) {
    let bit = UInt16(1) << UInt16(slot.index)
    hugeSlots = huge ? hugeSlots | bit : hugeSlots & ~bit
  }

  /// The positions that an operation on `pages` of a window covers.
  func positions(_ slot: SlotID, _ pages: PageRange) -> Range<Position> {
    let start = Self.start(of: slot)
    let unit = pageBytes(of: slot)
    guard pages == .all else {
      return start + UInt32(pages.first) * unit..<start + (UInt32(pages.last) + 1) * unit
    }
    let window = start..<start + Limits.windowBytes
    let mapped = regions.filter { window.contains($0.range.lowerBound) }
    guard let first = mapped.first, let last = mapped.last else { return start..<start + unit }
    return first.range.lowerBound..<last.range.upperBound
  }

  /// Whether a boundary can be put at `position`: hugetlb mappings are not split inside a page.
  func canSplit(at position: Position) -> Bool {
    guard position % Limits.hugePageBytes != 0, let region = region(at: position) else { return true }
    return !region.isHugetlb
  }

  private mutating func split(at position: Position) {
    guard let index = regions.firstIndex(where: { $0.range.contains(position) && $0.range.lowerBound != position })
    else { return }
    var upper = regions[index]
    upper.range = position..<upper.range.upperBound
    regions[index].range = regions[index].range.lowerBound..<position
    regions.insert(upper, at: index + 1)
  }

  /// The indices of the regions inside `range`, after boundaries were put at its ends.
  mutating func indices(in range: Range<Position>) -> Range<Int> {
    split(at: range.lowerBound)
    split(at: range.upperBound)
    let first = regions.firstIndex { $0.range.lowerBound >= range.lowerBound } ?? regions.count
    let end = regions.firstIndex { $0.range.lowerBound >= range.upperBound } ?? regions.count
    return first..<max(first, end)
  }

  /// Drops the private pages of a range: they read as the file again, or as 0.
  mutating func dropPrivatePages(_ range: Range<Position>) {
    privateWords.clear(range)
    if !copies.isEmpty { copies.removeAll { range.contains($0) } }
  }

  mutating func unmap(_ range: Range<Position>) {
    let indices = indices(in: range)
    if indices.isEmpty { return }
    regions.removeSubrange(indices)
    dropPrivatePages(range)
  }

  /// Puts a region in; its range holds no other one.
  mutating func insert(_ region: Region) {
    let index = regions.firstIndex { $0.range.lowerBound >= region.range.upperBound } ?? regions.count
    regions.insert(region, at: index)
  }

  func hasCopy(at position: Position, unit: UInt32) -> Bool {
    !copies.isEmpty && copies.contains(position / unit * unit)
  }
  mutating func addCopy(at start: Position) {
    let index = copies.firstIndex { $0 >= start } ?? copies.count
    copies.insert(start, at: index)
  }
}
