/// Gives each different record of words a number, exactly: records are compared, not only their hashes.
struct Interner {
  let width: Int
  private(set) var count = 0
  private let records: Buffer<UInt64>
  private var slots: Buffer<UInt32>
  private var mask: Int

  init(width: Int) {
    self.width = width
    records = Buffer(capacity: width * 64)
    slots = Buffer(repeating: 0, count: 1 << 8)
    mask = slots.count - 1
  }

  var bytes: Int { records.bytes + slots.bytes }

  /// The record's number, from 0.
  mutating func number(of record: UnsafePointer<UInt64>) -> UInt32 {
    if count * 2 >= mask { grow() }
    var at = Self.hash(record, width) & mask
    let table = slots.base
    while table[at] != 0 {
      if matches(table[at] - 1, record) { return table[at] - 1 }
      at = (at + 1) & mask
    }
    records.extend(width).update(from: record, count: width)
    count += 1
    table[at] = UInt32(count)
    return UInt32(count - 1)
  }

  func copy(_ number: UInt32, to target: UnsafeMutablePointer<UInt64>) {
    target.update(from: records.base + Int(number) * width, count: width)
  }
  /// Whether a record still is what its number stands for.
  @inline(__always) func matches(_ number: UInt32, _ record: UnsafePointer<UInt64>) -> Bool {
    let known = records.base + Int(number) * width
    var difference: UInt64 = 0
    for word in 0..<width { difference |= known[word] ^ record[word] }
    return difference == 0
  }

  /// All records, as bytes.
  var recordBytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: records.base, count: count * width * 8)
  }
  /// Takes records that another interner had, in their order.
  /// - Returns: false when two of them are the same.
  mutating func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: width) { record in
      guard let base = record.baseAddress else { return false }
      for offset in stride(from: 0, to: bytes.count, by: width * 8) {
        UnsafeMutableRawBufferPointer(record).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + width * 8]))
        let expected = count
        if Int(number(of: base)) != expected { return false }
      }
      return true
    }
  }

  private mutating func grow() {
    slots = Buffer(repeating: 0, count: (mask + 1) * 2)
    mask = slots.count - 1
    for number in 0..<count {
      var at = Self.hash(records.base + number * width, width) & mask
      while slots.base[at] != 0 { at = (at + 1) & mask }
      slots.base[at] = UInt32(number + 1)
    }
  }

  /// Two independent chains, so that the multiplications overlap. The width is even.
  static func hash(_ record: UnsafePointer<UInt64>, _ width: Int) -> Int {
    var left: UInt64 = 0x9e37_79b9_7f4a_7c15
    var right: UInt64 = 0xc2b2_ae3d_27d4_eb4f
    var word = 0
    while word + 1 < width {
      left = (left ^ record[word]) &* 0xff51_afd7_ed55_8ccd
      right = (right ^ record[word + 1]) &* 0xc4ce_b9fe_1a85_ec53
      left ^= left >> 29
      right ^= right >> 31
      word += 2
    }
    if word < width { left = (left ^ record[word]) &* 0xff51_afd7_ed55_8ccd }
    let hash = (left ^ (right << 23 | right >> 41)) &* 0x9e37_79b9_7f4a_7c15
    return Int(truncatingIfNeeded: hash ^ hash >> 32)
  }
}
