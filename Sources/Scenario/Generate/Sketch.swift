/// A rough idea of a scenario's state: who maps what, which words are the same, who sleeps where.
///
/// It serves to make scenarios in which something happens and to count how often it does. It is neither exact nor a
/// specification: partial mappings, copies on write and errors are only followed as far as that is cheap.
public struct Sketch: Sendable {
  /// A word's identity, as far as the sketch can tell: words with equal keys wake each other.
  public struct Key: Hashable, Sendable {
    /// An object's number, or the address space with a flag for how the call sees it.
    var space: UInt16
    var offset: UInt32

    static let mappedPrivately: UInt16 = 0x8000
    static let calledPrivately: UInt16 = 0xc000
    var isObject: Bool { space < Self.mappedPrivately }
  }

  /// What a process has in one window.
  struct Window: Sendable {
    /// 0: nothing was mapped.
    var object: UInt16 = 0
    /// Page of the object where the window starts.
    var firstPage: UInt8 = 0
    /// Bit `n`: page `n` of the window is mapped.
    var mapped: UInt8 = 0
    var isShared = false
    var isAnonymous = false
    var isHuge = false
    var protection = Protection.none
    var memory = MemoryKind.unmapped

    var pageBytes: UInt32 { isHuge ? Limits.hugePageBytes : Limits.pageBytes }
    /// The mapped page that an offset lies in.
    func page(_ offset: UInt32) -> UInt8? {
      let page = offset / pageBytes
      return page < 8 && mapped & (1 << UInt8(page)) != 0 ? UInt8(page) : nil
    }
  }

  /// A waiter that sleeps, once for each of its words.
  struct Sleeper: Sendable {
    var waiter: WaiterID
    var process: ActorID
    var key: Key
    var bitset: UInt32
    var isPrivate: Bool
    var isFutex2: Bool
  }

  public internal(set) var population = Population()
  var windows = [Window](repeating: Window(), count: Limits.actors * Limits.slots)
  var filePages = SIMD8<UInt8>()
  var sleepers: [Sleeper] = []
  /// Words that a store changed last, with what it stored; all others hold 0.
  var values: [(key: Key, value: UInt32)] = []
  private var nextObject: UInt16 = UInt16(Limits.files) + 1

  public init() {}

  func window(_ process: ActorID, _ slot: SlotID) -> Window {
    windows[Int(process.index) * Limits.slots + Int(slot.index)]
  }
  mutating func setWindow(_ process: ActorID, _ slot: SlotID, _ window: Window) {
    windows[Int(process.index) * Limits.slots + Int(slot.index)] = window
  }
  mutating func newObject() -> UInt16 {
    nextObject += 1
    return nextObject - 1
  }

  // MARK: Words

  /// The key of a word; `nil` for a word that has none.
  public func key(_ actor: ActorID, _ address: Address, isPrivate: Bool) -> Key? {
    guard case .slot(let slot) = address.base, address.offset % 4 == 0 else { return nil }
    let process = population.process(of: actor)
    let place = UInt32(slot.index) << 25 | address.offset
    if isPrivate { return Key(space: Key.calledPrivately | UInt16(process.index), offset: place) }
    let window = window(process, slot)
    guard let page = window.page(address.offset), window.protection != .none else { return nil }
    let objectPage = window.firstPage + page
    if window.object <= Limits.files, objectPage >= filePages[Int(window.object) - 1] { return nil }
    if !window.isShared {
      if window.protection.writable {
        return Key(space: Key.mappedPrivately | UInt16(process.index), offset: place)
      }
      if window.isAnonymous { return nil }
    }
    return Key(
      space: window.object, offset: UInt32(objectPage) * window.pageBytes + address.offset % window.pageBytes)
  }

  /// Calls `body` with each word of a live process that has this key.
  func forEachWord(of key: Key, _ body: (ActorID, Address) -> Void) {
    if !key.isObject {
      let process = ActorID(UInt8(key.space & 0xff))
      if population.isAlive(process) {
        body(process, Address(SlotID(UInt8(key.offset >> 25)), key.offset & 0x1ff_ffff))
      }
      return
    }
    for index in 0..<UInt8(population.actorCount) {
      let process = ActorID(index)
      guard population.isAlive(process), !population.isThread(process) else { continue }
      for slot in 0..<UInt8(population.slotCount) {
        let window = window(process, SlotID(slot))
        guard window.object == key.space, window.isShared || !window.protection.writable else { continue }
        let page = key.offset / window.pageBytes
        guard page >= UInt32(window.firstPage) else { continue }
        let offset = key.offset - UInt32(window.firstPage) * window.pageBytes
        if window.page(offset) != nil, window.protection != .none { body(process, Address(SlotID(slot), offset)) }
      }
    }
  }
  /// The words with this key in processes that are alive.
  public func words(of key: Key) -> [ActorAddress] {
    var words: [ActorAddress] = []
    forEachWord(of: key) { words.append(ActorAddress($0, $1)) }
    return words
  }
  /// Another mapping or process has the same word.
  public func hasAlias(_ actor: ActorID, _ address: Address) -> Bool {
    guard let key = key(actor, address, isPrivate: false), key.isObject else { return false }
    var count = 0
    forEachWord(of: key) { _, _ in count += 1 }
    return count > 1
  }
  /// What kind of memory is at a place.
  public func memory(_ actor: ActorID, _ address: Address) -> MemoryKind {
    guard let slot = address.slot else { return .special }
    let window = window(population.process(of: actor), slot)
    return window.page(address.offset) == nil ? .unmapped : window.memory
  }
  func memory(_ actor: ActorID, _ slot: SlotID) -> MemoryKind {
    let window = window(population.process(of: actor), slot)
    return window.mapped == 0 ? .unmapped : window.memory
  }
  func value(_ key: Key) -> UInt32 { values.last { $0.key == key }?.value ?? 0 }
}
