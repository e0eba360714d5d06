import Machine

/// Every state seen, collapsed: the shared part and each thread have numbers, a state is a tuple of them.
struct StateStore {
  let threads: Int
  private var shared = Interner(width: MachineState.sharedWords)
  private var local = Interner(width: MachineState.threadWords)
  /// `1 + threads` numbers a state.
  private var tuples: [UInt32] = []
  private var slots = [UInt32](repeating: 0, count: 1 << 12)
  private var mask = (1 << 12) - 1
  private(set) var count = 0
  private let width: Int

  init(threads: Int) {
    self.threads = threads
    width = threads + 1
  }

  /// Bytes that the store holds now.
  var bytes: Int { shared.bytes + local.bytes + tuples.capacity * 4 + slots.count * 4 }

  func load(_ state: Int, into words: UnsafeMutablePointer<UInt64>) {
    shared.copy(tuples[state * width], to: words)
    for thread in 0..<threads {
      local.copy(
        tuples[state * width + 1 + thread],
        to: words + (MachineState.sharedWords + thread * MachineState.threadWords))
    }
  }

  /// The pair that a thread running alone depends on.
  func key(_ state: Int, thread: Int) -> UInt64 {
    UInt64(tuples[state * width]) << 32 | UInt64(tuples[state * width + 1 + thread])
  }

  /// The state's number and whether it is new. `parent` is one that differs in little, to save hashing; -1: none.
  mutating func insert(_ words: UnsafePointer<UInt64>, parent: Int) -> (state: Int, isNew: Bool) {
    if count * 3 >= slots.count * 2 { grow() }
    var tuple: (UInt32, UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0, 0)
    withUnsafeMutableBytes(of: &tuple) { raw in
      let numbers = raw.bindMemory(to: UInt32.self)
      let base = parent * width
      if parent >= 0, shared.matches(tuples[base], words) {
        numbers[0] = tuples[base]
      } else {
        numbers[0] = shared.number(of: words)
      }
      for thread in 0..<threads {
        let part = words + (MachineState.sharedWords + thread * MachineState.threadWords)
        if parent >= 0, local.matches(tuples[base + 1 + thread], part) {
          numbers[1 + thread] = tuples[base + 1 + thread]
        } else {
          numbers[1 + thread] = local.number(of: part)
        }
      }
    }
    return withUnsafeBytes(of: &tuple) { raw in
      let numbers = raw.bindMemory(to: UInt32.self)
      var at = Self.hash(numbers, width) & mask
      while slots[at] != 0 {
        let known = Int(slots[at] - 1)
        var same = true
        for part in 0..<width where tuples[known * width + part] != numbers[part] { same = false }
        if same { return (known, false) }
        at = (at + 1) & mask
      }
      for part in 0..<width { tuples.append(numbers[part]) }
      count += 1
      slots[at] = UInt32(count)
      return (count - 1, true)
    }
  }

  private static func hash(_ numbers: UnsafeBufferPointer<UInt32>, _ width: Int) -> Int {
    var hash: UInt64 = 0
    for part in 0..<width {
      hash = (hash ^ UInt64(numbers[part])) &* 0x9e37_79b9_7f4a_7c15
      hash ^= hash >> 31
    }
    return Int(truncatingIfNeeded: hash ^ hash >> 27)
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    mask = slots.count - 1
    tuples.withUnsafeBufferPointer { all in
      for state in 0..<count {
        var at = Self.hash(UnsafeBufferPointer(rebasing: all[state * width..<(state + 1) * width]), width) & mask
        while slots[at] != 0 { at = (at + 1) & mask }
        slots[at] = UInt32(state + 1)
      }
    }
  }
}
