/// A key of up to one bit less than its type has.
protocol TableKey: FixedWidthInteger, UnsignedInteger, BitwiseCopyable {}
extension UInt64: TableKey {}
extension UInt128: TableKey {}

/// A set of keys that knows the order in which they came. It is exact: the keys themselves stand in the table, so that a
/// lookup is one access to memory.
struct KeyTable<Key: TableKey> {
  /// In the order in which they came.
  private let keys = ChunkedBuffer<Key>()
  /// A key + 1; 0: empty.
  private var slots: Buffer<Key>
  /// For each slot the key's place in the order, where it is asked for.
  private var places: Buffer<UInt32>?
  /// What makes a slot of a hash: a table that grows keeps its order, and is read and written from end to end.
  private var shift: UInt64

  /// Keys that may still come before the table grows.
  private var room: Int

  private static var firstBits: UInt64 { 9 }
  /// Of a table with so many slots.
  private static func room(_ slots: Int) -> Int { slots * 5 / 8 }

  init(numbered: Bool) {
    slots = Buffer(repeating: 0, count: 1 << Int(Self.firstBits))
    places = numbered ? Buffer(repeating: 0, count: slots.count) : nil
    shift = 64 - Self.firstBits
    room = Self.room(slots.count)
  }

  var count: Int { keys.count }
  var bytes: Int { keys.bytes + slots.bytes + (places?.bytes ?? 0) }

  @inline(__always) subscript(place: Int) -> Key { keys[place] }

  @inline(__always) private static func hash(_ key: Key) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: key)
    if Key.bitWidth > 64 { hash ^= UInt64(truncatingIfNeeded: key >> 64) &* 0xc4ce_b9fe_1a85_ec53 }
    hash ^= hash >> 32
    return hash &* 0x9e37_79b9_7f4a_7c15
  }

  @inline(__always) private func slot(_ key: Key) -> Int { Int(truncatingIfNeeded: Self.hash(key) &>> shift) }

  /// Brings the place of a key into the cache. What is returned has to be used, or nothing is done.
  @inline(__always) func touch(_ key: Key) -> UInt64 { UInt64(truncatingIfNeeded: slots.base[slot(key)]) }

  /// Whether the key is new.
  @inline(__always) mutating func insert(_ key: Key) -> Bool { find(key).isNew }

  /// The place in the order of a numbered table, and whether it is new.
  mutating func number(_ key: Key) -> (state: Int, isNew: Bool) {
    let (slot, isNew) = find(key)
    return (isNew ? count - 1 : Int(places?.base[slot] ?? 0), isNew)
  }

  @inline(__always) private mutating func find(_ key: Key) -> (slot: Int, isNew: Bool) {
    if room == 0 { grow() }
    let table = slots.base
    let mask = slots.count &- 1
    var at = slot(key)
    while table[at] != 0 {
      if table[at] == key &+ 1 { return (at, false) }
      at = (at &+ 1) & mask
    }
    table[at] = key &+ 1
    places?.base[at] = UInt32(truncatingIfNeeded: count)
    keys.append(key)
    room &-= 1
    return (at, true)
  }

  @inline(never) private mutating func grow() {
    let (old, oldPlaces) = (slots, places)
    slots = Buffer(repeating: 0, count: old.count * 2)
    if oldPlaces != nil { places = Buffer(repeating: 0, count: slots.count) }
    shift -= 1
    room = Self.room(slots.count) - count
    let table = slots.base
    let mask = slots.count - 1
    for slot in 0..<old.count where old.base[slot] != 0 {
      var at = self.slot(old.base[slot] &- 1)
      while table[at] != 0 { at = (at + 1) & mask }
      table[at] = old.base[slot]
      if let oldPlaces { places?.base[at] = oldPlaces.base[slot] }
    }
  }
}
