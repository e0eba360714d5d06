/// Gives each different record of words a number, exactly: records are compared, not only their hashes.
struct Interner {
  let width: Int
  private(set) var count = 0
  private var records: [UInt64] = []
  private var slots: [UInt32]
  private var mask: Int

  init(width: Int) {
    self.width = width
    slots = [UInt32](repeating: 0, count: 1 << 10)
    mask = slots.count - 1
  }

  var bytes: Int { records.capacity * 8 + slots.count * 4 }

  /// The record's number, from 0.
  mutating func number(of record: UnsafePointer<UInt64>) -> UInt32 {
    if count * 2 >= slots.count { grow() }
    var at = Self.hash(record, width) & mask
    while slots[at] != 0 {
      let candidate = Int(slots[at] - 1) * width
      let same = records.withUnsafeBufferPointer { all in
        for word in 0..<width where all[candidate + word] != record[word] { return false }
        return true
      }
      if same { return slots[at] - 1 }
      at = (at + 1) & mask
    }
    records.append(contentsOf: UnsafeBufferPointer(start: record, count: width))
    count += 1
    slots[at] = UInt32(count)
    return UInt32(count - 1)
  }

  func copy(_ number: UInt32, to target: UnsafeMutablePointer<UInt64>) {
    records.withUnsafeBufferPointer { all in
      for word in 0..<width { target[word] = all[Int(number) * width + word] }
    }
  }
  /// Whether a record still is what its number stands for.
  func matches(_ number: UInt32, _ record: UnsafePointer<UInt64>) -> Bool {
    records.withUnsafeBufferPointer { all in
      for word in 0..<width where all[Int(number) * width + word] != record[word] { return false }
      return true
    }
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    mask = slots.count - 1
    records.withUnsafeBufferPointer { all in
      guard let base = all.baseAddress else { return }
      for number in 0..<count {
        var at = Self.hash(base + number * width, width) & mask
        while slots[at] != 0 { at = (at + 1) & mask }
        slots[at] = UInt32(number + 1)
      }
    }
  }

  static func hash(_ record: UnsafePointer<UInt64>, _ width: Int) -> Int {
    var hash: UInt64 = 0x9e37_79b9_7f4a_7c15
    for word in 0..<width {
      hash = (hash ^ record[word]) &* 0xff51_afd7_ed55_8ccd
      hash ^= hash >> 32
    }
    return Int(truncatingIfNeeded: hash ^ hash >> 29)
  }
}
