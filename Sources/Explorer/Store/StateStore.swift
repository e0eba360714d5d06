import Machine

/// Every state seen, collapsed: the shared part and each thread have numbers, a state is a tuple of them.
struct StateStore {
  let threads: Int
  private var shared = Interner(width: MachineState.sharedWords)
  private var local = Interner(width: MachineState.threadWords)
  /// Whether a thread's part is inside a derivation or lookup, so that what it may come to grows with others' steps.
  private var deriving = Buffer<Bool>(capacity: 64)
  /// A state is the numbers of its parts, packed into a word as long as they fit there, and into two after that.
  private var narrow: KeyTable<UInt64>
  private var wide: KeyTable<UInt128>
  private(set) var isWide = false
  private(set) var packing: Packing
  private let isNumbered: Bool

  /// - Parameter numbered: ``insert(_:parent:)`` tells the number of a state that is known, too.
  init(threads: Int, numbered: Bool = false) {
    // A thread's part has 63 bits less 32 at least: always enough to begin with.
    guard let packing = Packing(threads: threads, bits: 64, shared: 0, locals: 0, atLeast: Self.leastThreadBits) else {
      preconditionFailure("at most \(Layout.threads) threads")
    }
    self.threads = threads
    self.packing = packing
    isNumbered = numbered
    narrow = KeyTable(numbered: numbered)
    wide = KeyTable(numbered: numbered)
  }

  private static let leastThreadBits = 8

  var count: Int { isWide ? wide.count : narrow.count }
  /// Bytes that the store holds now.
  var bytes: Int { shared.bytes + local.bytes + deriving.bytes + narrow.bytes + wide.bytes }
  /// Whether a search has to end, since threads have so many different parts that their numbers will not fit.
  var isFull: Bool { local.count > 1 << 22 }
  /// Different shared parts and different threads, for the curious.
  var parts: (shared: Int, threads: Int) { (shared.count, local.count) }

  func load(_ state: Int, into words: UnsafeMutablePointer<UInt64>) {
    let numbers = numbers(state)
    shared.copy(numbers[0], to: words)
    for thread in 0..<threads { load(local: numbers[1 + thread], thread, into: words) }
  }
  func load(shared number: UInt32, into words: UnsafeMutablePointer<UInt64>) { shared.copy(number, to: words) }
  func load(local number: UInt32, _ thread: Int, into words: UnsafeMutablePointer<UInt64>) {
    local.copy(number, to: Self.part(words, thread))
  }

  /// The state's numbers: of the shared part, then of each thread; what follows them is zero.
  @inline(__always) func numbers(_ state: Int) -> SIMD8<UInt32> {
    isWide ? packing.numbers(wide[state]) : packing.numbers(narrow[state])
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
    for state in 0..<count {
      withUnsafeBytes(of: numbers(state)) { bytes += UnsafeRawBufferPointer(rebasing: $0[..<((1 + threads) * 4)]) }
    }
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
    fit()
    for state in 0..<states {
      var numbers = SIMD8<UInt32>()
      for index in 0...threads {
        let offset = sharedSize + localSize + (state * (1 + threads) + index) * 4
        numbers[index] = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        guard numbers[index] < (index == 0 ? sharedParts : threadParts) else { return false }
      }
      if !insert(numbers) { return false }
    }
    return true
  }

  /// The state's number and whether it is new. `parent` is one that differs in little, to save hashing; -1: none.
  ///
  /// The number of a state that is known is only told by a store that is numbered.
  mutating func insert(_ words: UnsafePointer<UInt64>, parent: Int) -> (state: Int, isNew: Bool) {
    let numbers = numbers(of: words, parent: parent)
    fit()
    if isWide {
      let key: UInt128 = packing.key(numbers)
      return wide.number(key)
    }
    let key: UInt64 = packing.key(numbers)
    return narrow.number(key)
  }

  /// The numbers of a state's parts.
  mutating func numbers(of words: UnsafePointer<UInt64>, parent: Int) -> SIMD8<UInt32> {
    var numbers = SIMD8<UInt32>()
    let old = parent >= 0 ? self.numbers(parent) : numbers
    numbers[0] = parent >= 0 && shared.matches(old[0], words) ? old[0] : shared.number(of: words)
    for thread in 0..<threads {
      let part = Self.part(words, thread)
      numbers[1 + thread] =
        parent >= 0 && local.matches(old[1 + thread], part) ? old[1 + thread] : number(local: words, thread)
    }
    return numbers
  }

  /// To be called when parts may have got new numbers, before states that have them are packed.
  @inline(__always) mutating func fit() {
    if !packing.fits(shared: shared.count, locals: local.count) { pack() }
  }

  /// A state as it is packed, `UInt64` unless the store is wide.
  @inline(__always) func key<Key: TableKey>(_ state: Int) -> Key {
    Key.bitWidth > 64 ? Key(truncatingIfNeeded: wide[state]) : Key(truncatingIfNeeded: narrow[state])
  }

  /// Brings the place where a state would stand into the cache. What is returned has to be used, or nothing is done.
  @inline(__always) func touch<Key: TableKey>(_ key: Key) -> UInt64 {
    Key.bitWidth > 64
      ? wide.touch(UInt128(truncatingIfNeeded: key)) : narrow.touch(UInt64(truncatingIfNeeded: key))
  }

  /// Whether a state is new, when its parts have their numbers.
  @inline(__always) mutating func insert<Key: TableKey>(_ key: Key) -> Bool {
    Key.bitWidth > 64
      ? wide.insert(UInt128(truncatingIfNeeded: key)) : narrow.insert(UInt64(truncatingIfNeeded: key))
  }
  mutating func insert(_ numbers: SIMD8<UInt32>) -> Bool {
    isWide ? insert(packing.key(numbers) as UInt128) : insert(packing.key(numbers) as UInt64)
  }

  /// Packs all states anew, so that there is room for the parts that there are now.
  @inline(never) private mutating func pack() {
    let (old, parts) = (self, parts)
    if !isWide,
      let packing = Packing(
        threads: threads, bits: 64, shared: parts.shared, locals: parts.threads, atLeast: Self.leastThreadBits)
    {
      self.packing = packing
    } else if let packing = Packing(threads: threads, bits: 128, shared: parts.shared, locals: parts.threads) {
      self.packing = packing
      isWide = true
    } else {
      // 95 bits are left for four threads, and a search ends before they are needed.
      preconditionFailure("the search went on with a full store")
    }
    narrow = KeyTable(numbered: isNumbered)
    wide = KeyTable(numbered: isNumbered)
    for state in 0..<old.count {
      _ = insert(old.numbers(state))
    }
  }

  @inline(__always) private static func part<Pointer: Strideable>(_ words: Pointer, _ thread: Int) -> Pointer
  where Pointer.Stride == Int {
    words.advanced(by: MachineState.sharedWords + thread * MachineState.threadWords)
  }
}
