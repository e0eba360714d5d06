/// The words of a stretch of memory, by byte position. A word that is not there is 0.
public struct Words: Hashable, Sendable {
  public struct Entry: Hashable, Sendable {
    public var position: UInt32
    public var value: WordValue
  }
  /// In ascending order of position, none of them 0.
  public private(set) var entries: [Entry] = []

  public init() {}

  private func firstIndex(from position: UInt32) -> Int {
    var index = entries.count
    while index > 0, entries[index - 1].position >= position { index -= 1 }
    return index
  }

  public subscript(position: UInt32) -> WordValue {
    get {
      let index = firstIndex(from: position)
      return index < entries.count && entries[index].position == position ? entries[index].value : .known(0)
    }
    set {
      let index = firstIndex(from: position)
      let exists = index < entries.count && entries[index].position == position
      switch (exists, newValue == .known(0)) {
      case (true, true): entries.remove(at: index)
      case (true, false): entries[index].value = newValue
      case (false, true): break
      case (false, false): entries.insert(Entry(position: position, value: newValue), at: index)
      }
    }
  }

  /// Makes the words of `range` 0.
  mutating func clear(_ range: Range<UInt32>) {
    if entries.isEmpty { return }
    entries.removeAll { range.contains($0.position) }
  }

  /// Makes the words from `range.lowerBound` on those of `source` from `position` on, as many as `range` is long.
  mutating func copy(_ source: Words, from position: UInt32, to range: Range<UInt32>) {
    clear(range)
    for entry in source.entries where entry.position >= position && entry.position - position < range.count {
      self[range.lowerBound + (entry.position - position)] = entry.value
    }
  }
}
