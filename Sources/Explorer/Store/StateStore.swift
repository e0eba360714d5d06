import Machine

/// Every state seen, collapsed: the shared part and each thread have numbers, a state is a tuple of them.
struct StateStore {
  let threads: Int
  private var shared = Interner(width: MachineState.sharedWords)
  private var local = Interner(width: MachineState.threadWords)
  /// Whether a thread's part is inside a derivation or lookup, so that what it may come to grows with others' steps.
  private var deriving = Buffer<Bool>(capacity: 64)
  /// `1 + threads` numbers a state.
  private let tuples = Buffer<UInt32>(capacity: 1 << 10)
  /// The state's number + 1 (0: empty) and, in the bits above it, some of its hash.
  private var slots = Buffer<UInt32>(repeating: 0, count: 1 << 9)
  private var mask = (1 << 9) - 1
  private(set) var count = 0
  private let width: Int
  /// All bits of the numbers that a state has.
  private let ones: SIMD8<UInt32>

  init(threads: Int) {
    self.threads = threads
    width = threads + 1
    var ones = SIMD8<UInt32>()
    for part in 0...threads { ones[part] = .max }
    self.ones = ones
  }

  /// Bytes that the store holds now.
  var bytes: Int { shared.bytes + local.bytes + deriving.bytes + tuples.bytes + slots.bytes }
  /// Different shared parts and different threads, for the curious.
  var parts: (shared: Int, threads: Int) { (shared.count, local.count) }

  func load(_ state: Int, into words: UnsafeMutablePointer<UInt64>) {
    let tuple = tuples.base + state * width
    shared.copy(tuple[0], to: words)
    for thread in 0..<threads { load(local: tuple[1 + thread], thread, into: words) }
  }
  func load(shared number: UInt32, into words: UnsafeMutablePointer<UInt64>) { shared.copy(number, to: words) }
  func load(local number: UInt32, _ thread: Int, into words: UnsafeMutablePointer<UInt64>) {
    local.copy(number, to: Self.part(words, thread))
  }

  /// The state's numbers: of the shared part, then of each thread; what follows them is of no meaning.
  @inline(__always) func numbers(_ state: Int) -> SIMD8<UInt32> {
    UnsafeRawPointer(tuples.base + state * width).loadUnaligned(as: SIMD8<UInt32>.self)
  }
  @inline(__always) func isDeriving(_ local: UInt32) -> Bool { deriving.base[Int(local)] }

  mutating func number(shared words: UnsafePointer<UInt64>) -> UInt32 { shared.number(of: words) }
  mutating func number(local words: UnsafePointer<UInt64>, _ thread: Int) -> UInt32 {
    let part = Self.part(words, thread)
    let number = local.number(of: part)
    if local.count > deriving.count { deriving.extend(1).pointee = MachineState.isDeriving(threadWords: part) }
    return number
  }

  /// Appends everything that ``read(_:shared:threads:states:)`` needs.
  func write(to bytes: inout [UInt8]) {
    bytes += shared.recordBytes
    bytes += local.recordBytes
    for state in 0..<count { bytes += UnsafeRawBufferPointer(start: tuples.base + state * width, count: width * 4) }
  }

  /// Fills an empty store with what another one wrote.
  /// - Returns: false when the bytes, which are as many as the counts say, do not fit together.
  mutating func read(_ bytes: UnsafeRawBufferPointer, shared sharedParts: Int, threads threadParts: Int, states: Int)
    -> Bool
  {
    let sharedSize = sharedParts * MachineState.sharedWords * 8
    let localSize = threadParts * MachineState.threadWords * 8
    guard shared.read(UnsafeRawBufferPointer(rebasing: bytes[..<sharedSize])),
      local.read(UnsafeRawBufferPointer(rebasing: bytes[sharedSize..<(sharedSize + localSize)]))
    else { return false }
    var part = [UInt64](repeating: 0, count: MachineState.threadWords)
    for number in 0..<threadParts {
      part.withUnsafeMutableBufferPointer { part in
        guard let base = part.baseAddress else { return }
        local.copy(UInt32(number), to: base)
        deriving.extend(1).pointee = MachineState.isDeriving(threadWords: base)
      }
    }
    for state in 0..<states {
      var numbers = SIMD8<UInt32>()
      for index in 0..<width {
        let offset = sharedSize + localSize + (state * width + index) * 4
        numbers[index] = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        guard numbers[index] < (index == 0 ? sharedParts : threadParts) else { return false }
      }
      if !insert(numbers, hash(numbers)).isNew { return false }
    }
    return true
  }

  /// The state's number and whether it is new. `parent` is one that differs in little, to save hashing; -1: none.
  mutating func insert(_ words: UnsafePointer<UInt64>, parent: Int) -> (state: Int, isNew: Bool) {
    let numbers = numbers(of: words, parent: parent)
    return insert(numbers, hash(numbers))
  }

  /// The numbers of a state's parts.
  mutating func numbers(of words: UnsafePointer<UInt64>, parent: Int) -> SIMD8<UInt32> {
    var numbers = SIMD8<UInt32>()
    let old = self.numbers(max(parent, 0))
    numbers[0] = parent >= 0 && shared.matches(old[0], words) ? old[0] : shared.number(of: words)
    for thread in 0..<threads {
      let part = Self.part(words, thread)
      numbers[1 + thread] =
        parent >= 0 && local.matches(old[1 + thread], part) ? old[1 + thread] : number(local: words, thread)
    }
    return numbers
  }

  /// What ``insert(_:_:)`` and ``touch(_:)`` want to know of a state.
  @inline(__always) func hash(_ numbers: SIMD8<UInt32>) -> UInt64 {
    let known = numbers & ones
    let first = UInt64(known[0]) << 32 | UInt64(known[1])
    let second = UInt64(known[2]) << 32 | UInt64(known[3])
    var hash = (first ^ first >> 29) &* 0xff51_afd7_ed55_8ccd
    hash ^= (second ^ second >> 31) &* 0xc4ce_b9fe_1a85_ec53
    hash ^= UInt64(known[4]) &* 0x9e37_79b9_7f4a_7c15
    hash = (hash ^ hash >> 32) &* 0xd6e8_feb8_6659_fd93
    return hash ^ hash >> 29
  }

  /// Brings the place where a state would stand into the cache. What is returned has to be used, or nothing is done.
  @inline(__always) func touch(_ hash: UInt64) -> UInt32 { slots.base[Int(truncatingIfNeeded: hash >> 32) & mask] }

  /// The state's number and whether it is new, when its parts have their numbers.
  @inline(__always)
  mutating func insert(_ numbers: SIMD8<UInt32>, _ hash: UInt64) -> (state: Int, isNew: Bool) {
    if count * 3 >= mask * 2 { grow() }
    let tag = Self.tag(hash, mask)
    var at = Int(truncatingIfNeeded: hash >> 32) & mask
    let table = slots.base
    while table[at] != 0 {
      // The bits below the mask are the state's number, those above it tell most others apart without a look at them.
      if (table[at] ^ tag) & ~UInt32(mask) == 0 {
        let state = Int(table[at] & UInt32(mask)) - 1
        if (self.numbers(state) ^ numbers) & ones == SIMD8() { return (state, false) }
      }
      at = (at + 1) & mask
    }
    // Whole vectors are written and read: the buffer has room for one behind its end.
    let place = UnsafeMutableRawPointer(tuples.extend(width, spare: 8))
    place.storeBytes(of: numbers, as: SIMD8<UInt32>.self)
    count += 1
    table[at] = tag | UInt32(count)
    return (count - 1, true)
  }

  @inline(__always) private static func part<Pointer: Strideable>(_ words: Pointer, _ thread: Int) -> Pointer
  where Pointer.Stride == Int {
    words.advanced(by: MachineState.sharedWords + thread * MachineState.threadWords)
  }

  /// The bits of the hash above those of a state's number.
  @inline(__always) private static func tag(_ hash: UInt64, _ mask: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: hash) & ~UInt32(mask)
  }

  private mutating func grow() {
    slots = Buffer(repeating: 0, count: (mask + 1) * 2)
    mask = slots.count - 1
    let table = slots.base
    for state in 0..<count {
      let hash = hash(numbers(state))
      var at = Int(truncatingIfNeeded: hash >> 32) & mask
      while table[at] != 0 { at = (at + 1) & mask }
      table[at] = Self.tag(hash, mask) | UInt32(state + 1)
    }
  }
}
