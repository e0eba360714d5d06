/// What the pages of a scenario hold. A page of the Machine has one small number, which stands for all of its words: 0
/// for zeros, each other one for words that some page of the scenario has held.
///
/// In a race stores do not know what else stands in the page that they meet, so there the number is that of one word,
/// the only one whose value the race looks at.
struct PageContents: Hashable, Sendable {
  /// A number that no page has.
  static let none: UInt8 = 0x7e
  private var known: [[UInt32: UInt32]] = [[:]]
  private(set) var isOfRace = false
  /// Values of the race's word from 64 on; those below are their own number.
  private var large: [UInt32] = []

  /// The value of the word at an offset in a page with this number.
  func value(at offset: UInt32, in number: UInt8) -> UInt32 {
    let number = Int(number & 0x7f)
    if isOfRace {
      if number < 0x40 { return UInt32(number) }
      return large.indices.contains(number - 0x40) ? large[number - 0x40] : 0
    }
    return known.indices.contains(number) ? known[number][offset] ?? 0 : 0
  }

  /// The number of a page after a store to one that has `number` now.
  mutating func number(_ number: UInt8, storing value: UInt32, at offset: UInt32) throws(NotOnMachine) -> UInt8 {
    if isOfRace { return try raceNumber(value) }
    var words = known.indices.contains(Int(number)) ? known[Int(number)] : [:]
    words[offset] = value == 0 ? nil : value
    if let index = known.firstIndex(of: words) { return UInt8(index) }
    guard known.count < Int(Self.none) else { throw NotOnMachine("more than \(Self.none) contents of pages") }
    known.append(words)
    return UInt8(known.count - 1)
  }

  /// What a comparison of the word at `offset` with `value` compares the number of its page with, which is `number` now.
  mutating func expected(_ value: UInt32, at offset: UInt32, now number: UInt8) throws(NotOnMachine) -> UInt8 {
    if isOfRace { return try raceNumber(value) }
    return self.value(at: offset, in: number) == value ? number : Self.none
  }

  /// From here on numbers are those of one word.
  ///
  /// - Returns: for each number until now what it is from now on.
  mutating func enterRace(lookingAt offset: UInt32) throws(NotOnMachine) -> [UInt8] {
    let values = known.map { $0[offset] ?? 0 }
    isOfRace = true
    var numbers: [UInt8] = []
    for value in values { numbers.append(try raceNumber(value)) }
    return numbers
  }

  private mutating func raceNumber(_ value: UInt32) throws(NotOnMachine) -> UInt8 {
    if value < 0x40 { return UInt8(value) }
    let index = large.firstIndex(of: value) ?? large.count
    guard index + 0x40 < Int(Self.none) else { throw NotOnMachine("more than 62 values above 63 in a race") }
    if index == large.count { large.append(value) }
    return UInt8(index + 0x40)
  }
}
