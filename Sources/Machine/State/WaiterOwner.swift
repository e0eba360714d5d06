/// Whose an entry of the futex queue is: a thread of the race by its number, or a waiter that is nobody's thread: bit 6,
/// the waiter in bits 0 to 4, the number of its bitset in bits 5 and 7. Threads wait for every bit, which is number 0.
enum WaiterOwner {
  /// - Parameter argument: the waiter in bits 0 to 4, its bitset's number above.
  static func byte(_ argument: UInt8) -> UInt8 { 0x40 | argument & 0x3f | (argument & 0x40) << 1 }
  static func isNobodysThread(_ byte: UInt8) -> Bool { byte & 0x40 != 0 }
  static func waiter(_ byte: UInt8) -> UInt8 { byte & 0x1f }
  static func bitset(_ byte: UInt8) -> UInt8 { byte >> 5 & 1 | byte >> 6 & 2 }
}
