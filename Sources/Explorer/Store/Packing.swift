/// How the numbers of a state's parts become one key: the shared part's in the lowest bits, each thread's above it.
struct Packing {
  let threads: Int
  let sharedBits: UInt32
  let threadBits: UInt32

  /// Wide enough for these many different parts, with all bits of the key but one in use; `nil` when it cannot be.
  init?(threads: Int, bits: Int, shared: Int, locals: Int, atLeast least: Int = 0) {
    let threadBits = max(least, Self.bits(locals))
    // A number has 32 bits.
    let sharedBits = min(32, bits - 1 - threads * threadBits)
    guard threadBits <= 32, sharedBits >= Self.bits(shared) else { return nil }
    self.threads = threads
    self.sharedBits = UInt32(sharedBits)
    self.threadBits = UInt32(threadBits)
  }

  /// Whether the numbers below these counts have their room.
  @inline(__always) func fits(shared: Int, locals: Int) -> Bool {
    shared <= 1 << Int(sharedBits) && locals <= 1 << Int(threadBits)
  }

  @inline(__always) func key<Key: TableKey>(_ numbers: SIMD8<UInt32>) -> Key {
    var key = Key(truncatingIfNeeded: numbers[0])
    var shift = sharedBits
    for thread in 0..<threads {
      key |= Key(truncatingIfNeeded: numbers[1 + thread]) &<< Key(truncatingIfNeeded: shift)
      shift &+= threadBits
    }
    return key
  }

  /// A key with two numbers replaced.
  @inline(__always) func key<Key: TableKey>(_ key: Key, thread: Int, shared: UInt32, local: UInt32) -> Key {
    let shift = Key(truncatingIfNeeded: sharedBits &+ UInt32(truncatingIfNeeded: thread) &* threadBits)
    let sharedMask = Key(1) &<< Key(truncatingIfNeeded: sharedBits) &- 1
    let threadMask = (Key(1) &<< Key(truncatingIfNeeded: threadBits) &- 1) &<< shift
    return key & ~(sharedMask | threadMask) | Key(truncatingIfNeeded: shared) | Key(truncatingIfNeeded: local) &<< shift
  }

  /// The shared part's number.
  @inline(__always) func shared<Key: TableKey>(_ key: Key) -> UInt32 {
    UInt32(truncatingIfNeeded: key & (1 &<< Key(truncatingIfNeeded: sharedBits) &- 1))
  }
  /// A thread's number.
  @inline(__always) func local<Key: TableKey>(_ key: Key, _ thread: Int) -> UInt32 {
    let shift = Key(truncatingIfNeeded: sharedBits &+ UInt32(truncatingIfNeeded: thread) &* threadBits)
    return UInt32(truncatingIfNeeded: key &>> shift & (Key(1) &<< Key(truncatingIfNeeded: threadBits) &- 1))
  }
  /// The numbers of a key; those of threads that there are not are zero.
  @inline(__always) func numbers<Key: TableKey>(_ key: Key) -> SIMD8<UInt32> {
    var numbers = SIMD8<UInt32>()
    numbers[0] = shared(key)
    for thread in 0..<threads { numbers[1 + thread] = local(key, thread) }
    return numbers
  }

  /// Bits that numbers below a count need.
  private static func bits(_ count: Int) -> Int { count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount }
}
