/// The stores of one thread that the others do not see yet, oldest first, and the load that it has satisfied early.
///
/// They stand where the last thread's registers would be, which is why a race with store buffers has one lane less: so
/// the sequentially consistent state is no byte larger.
struct StoreBuffer {
  /// Stores that can wait. A thread whose buffer is full waits until the oldest is out.
  static let capacity = 4
  /// Lanes that a race with buffers may have.
  static let lanes = 3
  private static let stride = 16

  let bytes: UnsafeMutablePointer<UInt8>

  init(_ state: StateRef, thread: Int) {
    bytes = state.thread(Self.lanes) + (ThreadField.registers + min(thread, Self.lanes) * Self.stride)
  }

  struct Entry: Equatable {
    enum Kind: UInt8 { case set = 1, add, subtract }
    /// The byte of the state that it goes to.
    var address: Int
    var kind: Kind
    var value: UInt8
    /// It leaves after all that is older.
    var isRelease = false
    /// All that is newer leaves after it.
    var isFence = false
    /// The word of a lock that was taken: nobody else can take it, and who only looks at it sees it free.
    var isLock = false

    func applied(to old: UInt8) -> UInt8 {
      switch kind {
      case .set: value
      case .add: old &+ value
      case .subtract: old &- value
      }
    }
  }

  /// What a lock's word is while the store of its taking waits in the buffer of the thread that took it.
  static func unseen(_ owner: UInt8) -> UInt8 { owner | 0x40 }
  static func isUnseen(_ word: UInt8) -> Bool { word & 0x40 != 0 && word != Layout.foreign }

  var count: Int {
    var count = 0
    while count < Self.capacity, bytes[3 * count + 1] != 0 { count += 1 }
    return count
  }
  var isEmpty: Bool { bytes[1] == 0 }

  subscript(index: Int) -> Entry {
    let high = bytes[3 * index + 1]
    return Entry(
      address: Int(bytes[3 * index]) | Int(high & 3) << 8, kind: Entry.Kind(rawValue: high >> 2 & 3) ?? .set,
      value: bytes[3 * index + 2], isRelease: high & 0x10 != 0, isFence: high & 0x20 != 0, isLock: high & 0x40 != 0)
  }
  private func write(_ entry: Entry, at index: Int) {
    bytes[3 * index] = UInt8(truncatingIfNeeded: entry.address)
    bytes[3 * index + 1] =
      UInt8(truncatingIfNeeded: entry.address >> 8 & 3) | entry.kind.rawValue << 2 | (entry.isRelease ? 0x10 : 0)
      | (entry.isFence ? 0x20 : 0) | (entry.isLock ? 0x40 : 0)
    bytes[3 * index + 2] = entry.value
  }

  /// There is room: who stores has seen to it.
  func append(_ entry: Entry) {
    let count = self.count
    if count < Self.capacity { write(entry, at: count) }
  }
  /// What comes from now on leaves after all that is here (`smp_wmb`).
  func fence() {
    let count = self.count
    if count > 0 { bytes[3 * count - 2] |= 0x20 }
  }
  func remove(_ index: Int) {
    let count = self.count
    for at in index..<count - 1 { for byte in 0..<3 { bytes[3 * at + byte] = bytes[3 * at + 3 + byte] } }
    for byte in 0..<3 { bytes[3 * count - 3 + byte] = 0 }
  }

  /// Whether an entry may leave now: the oldest always; under the weaker model any other, too, that nothing older orders.
  func mayLeave(_ index: Int, _ memory: MemoryModel) -> Bool {
    guard index < count else { return false }
    if index == 0 { return true }
    guard memory == .weak else { return false }
    let entry = self[index]
    if entry.isRelease { return false }
    for older in 0..<index where self[older].address == entry.address || self[older].isFence { return false }
    return true
  }

  // MARK: The load satisfied early

  /// The line that it belongs to (0: none, as no lane begins with a load), where it read, and what.
  var early: (line: Int, address: Int, value: UInt8)? {
    let line = Int(bytes[12]) | Int(bytes[13] & 0x0f) << 8
    guard line != 0 else { return nil }
    return (line, Int(bytes[14]) | Int(bytes[13] >> 4 & 3) << 8, bytes[15])
  }
  func setEarly(line: Int, address: Int, value: UInt8) {
    bytes[12] = UInt8(truncatingIfNeeded: line)
    bytes[13] = UInt8(truncatingIfNeeded: line >> 8 & 0x0f) | UInt8(truncatingIfNeeded: address >> 8 & 3) << 4
    bytes[14] = UInt8(truncatingIfNeeded: address)
    bytes[15] = value
  }
  func clearEarly() { for byte in 12..<16 { bytes[byte] = 0 } }
}
