import Machine

/// Every state seen, collapsed: the shared part and each thread have numbers, a state is a tuple of them.
struct StateStore {
  let threads: Int
  private var shared = Interner(width: MachineState.sharedWords)
  private var local = Interner(width: MachineState.threadWords)
  /// `1 + threads` numbers a state.
  private let tuples = Buffer<UInt32>(capacity: 1 << 10)
  private var slots = Buffer<UInt32>(repeating: 0, count: 1 << 9)
  private var mask = (1 << 9) - 1
  private(set) var count = 0
  private let width: Int

  init(threads: Int) {
    self.threads = threads
    width = threads + 1
  }

  /// Bytes that the store holds now.
  var bytes: Int { shared.bytes + local.bytes + tuples.bytes + slots.bytes }
  /// Different shared parts and different threads, for the curious.
  var parts: (shared: Int, threads: Int) { (shared.count, local.count) }

  func load(_ state: Int, into words: UnsafeMutablePointer<UInt64>) {
    let tuple = tuples.base + state * width
    shared.copy(tuple[0], to: words)
    var target = words + MachineState.sharedWords
    for thread in 0..<threads {
      local.copy(tuple[1 + thread], to: target)
      target += MachineState.threadWords
    }
  }

  /// The pair that a thread running alone depends on.
  func key(_ state: Int, thread: Int) -> UInt64 {
    UInt64(tuples.base[state * width]) << 32 | UInt64(tuples.base[state * width + 1 + thread])
  }

  /// The state's number and whether it is new. `parent` is one that differs in little, to save hashing; -1: none.
  mutating func insert(_ words: UnsafePointer<UInt64>, parent: Int) -> (state: Int, isNew: Bool) {
    if count * 3 >= mask * 2 { grow() }
    let numbers = tuples.extend(width)
    // Written behind the last tuple; it stays when the state is new, else the next one takes its place.
    tuples.drop(width)
    let old = tuples.base + max(parent, 0) * width
    if parent >= 0, shared.matches(old[0], words) {
      numbers[0] = old[0]
    } else {
      numbers[0] = shared.number(of: words)
    }
    var part = words + MachineState.sharedWords
    for thread in 0..<threads {
      if parent >= 0, local.matches(old[1 + thread], part) {
        numbers[1 + thread] = old[1 + thread]
      } else {
        numbers[1 + thread] = local.number(of: part)
      }
      part += MachineState.threadWords
    }
    var at = Self.hash(numbers, width) & mask
    let table = slots.base
    while table[at] != 0 {
      let known = tuples.base + Int(table[at] - 1) * width
      var difference: UInt32 = 0
      for index in 0..<width { difference |= known[index] ^ numbers[index] }
      if difference == 0 { return (Int(table[at] - 1), false) }
      at = (at + 1) & mask
    }
    _ = tuples.extend(width)
    count += 1
    table[at] = UInt32(count)
    return (count - 1, true)
  }

  private static func hash(_ numbers: UnsafePointer<UInt32>, _ width: Int) -> Int {
    var hash: UInt64 = 0x9e37_79b9_7f4a_7c15
    for part in 0..<width {
      hash = (hash ^ UInt64(numbers[part])) &* 0xff51_afd7_ed55_8ccd
      hash ^= hash >> 31
    }
    return Int(truncatingIfNeeded: hash)
  }

  private mutating func grow() {
    slots = Buffer(repeating: 0, count: (mask + 1) * 2)
    mask = slots.count - 1
    for state in 0..<count {
      var at = Self.hash(tuples.base + state * width, width) & mask
      while slots.base[at] != 0 { at = (at + 1) & mask }
      slots.base[at] = UInt32(state + 1)
    }
  }
}
