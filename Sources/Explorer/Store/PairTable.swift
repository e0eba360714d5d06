/// A hash table from one word to another, for what is worked out once and asked for often. Nothing is taken out.
struct PairTable {
  /// What ``value(_:)`` gives for a key that is not there; never a value.
  static let missing = UInt64.max
  private(set) var count = 0
  /// Key + 1 (0: empty) and value in turn.
  private var entries: Buffer<UInt64>
  private var shift: UInt64

  init() {
    entries = Buffer(repeating: 0, count: 2 << 8)
    shift = 64 - 8
  }

  var bytes: Int { entries.bytes }

  @inline(__always) func value(_ key: UInt64) -> UInt64 {
    let table = entries.base
    let mask = entries.count / 2 &- 1
    var at = slot(key)
    while table[at &* 2] != 0 {
      if table[at &* 2] == key &+ 1 { return table[at &* 2 &+ 1] }
      at = (at &+ 1) & mask
    }
    return Self.missing
  }

  /// Brings the place of a key into the cache. What is returned has to be used, or nothing is done.
  @inline(__always) func touch(_ key: UInt64) -> UInt64 { entries.base[slot(key) * 2] }

  /// Sets what a key stands for, new or known.
  mutating func set(_ key: UInt64, _ value: UInt64) {
    if count * 8 >= entries.count * 3 { grow() }
    let table = entries.base
    let mask = entries.count / 2 - 1
    var at = slot(key)
    while table[at * 2] != 0, table[at * 2] != key &+ 1 { at = (at + 1) & mask }
    if table[at * 2] == 0 { count += 1 }
    table[at * 2] = key &+ 1
    table[at * 2 + 1] = value
  }

  @inline(__always) private func slot(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: ((key ^ key >> 32) &* 0x9e37_79b9_7f4a_7c15) >> shift)
  }

  private mutating func grow() {
    let old = entries
    entries = Buffer(repeating: 0, count: old.count * 2)
    shift -= 1
    let table = entries.base
    let mask = entries.count / 2 - 1
    for index in stride(from: 0, to: old.count, by: 2) where old.base[index] != 0 {
      var at = slot(old.base[index] &- 1)
      while table[at * 2] != 0 { at = (at + 1) & mask }
      table[at * 2] = old.base[index]
      table[at * 2 + 1] = old.base[index + 1]
    }
  }
}
