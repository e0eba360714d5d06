extension RandomNumberGenerator {
  /// A number below the bound, which must be above 0; each but for 2^-32 equally likely.
  mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(truncatingIfNeeded: bound)) >> 32)
  }
  mutating func percent(_ chance: Int) -> Bool { below(100) < chance }
  /// An element; `nil` of none.
  mutating func element<Elements: RandomAccessCollection>(of elements: Elements) -> Elements.Element? {
    elements.isEmpty ? nil : elements[elements.index(elements.startIndex, offsetBy: below(elements.count))]
  }
  mutating func number(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }
  /// An index, as likely as its weight; the first if all weights are 0.
  mutating func index(of weights: [Int], total: Int) -> Int {
    guard total > 0 else { return 0 }
    var rest = below(total)
    for (index, weight) in weights.enumerated() {
      if rest < weight { return index }
      rest -= weight
    }
    return 0
  }
}
