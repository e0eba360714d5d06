/// Collects the kinds of memory that an operation touches, and the words that it names.
struct MemoryTouched: OperandVisitor {
  let sketch: Sketch
  let actor: ActorID
  /// Bit by raw value of `MemoryKind`.
  private(set) var kinds: UInt32 = 0
  private(set) var words: [ActorAddress] = []
  private var source: MapSource?
  private var sharing = Sharing.shared

  init(sketch: Sketch, actor: ActorID) {
    self.sketch = sketch
    self.actor = actor
  }

  private mutating func touch(_ memory: MemoryKind) { kinds |= 1 << UInt32(memory.rawValue) }
  private mutating func touch(_ word: ActorAddress) {
    touch(sketch.memory(word.actor, word.address))
    words.append(word)
  }
  private mutating func touch(_ file: FileID) {
    if let kind = sketch.population.kind(of: file) { touch(MemoryKind(kind, .shared)) }
  }

  mutating func fileKind(_ kind: inout FileKind) { touch(MemoryKind(kind, .shared)) }
  mutating func file(_ file: inout FileID, _ use: FileUse) { touch(file) }
  mutating func fileOrSystem(_ file: inout FileID?) { if let file { touch(file) } }
  mutating func slot(_ slot: inout SlotID) { touch(sketch.memory(actor, slot)) }
  mutating func source(_ source: inout MapSource) { self.source = source }
  mutating func sharing(_ sharing: inout Sharing) { self.sharing = sharing }
  /// The last operand of `map`: what counts is what is mapped, not what was there.
  mutating func options(_ options: inout MapOptions) {
    kinds = 0
    switch source {
    case .file(let file, _): touch(MemoryKind(sketch.population.kind(of: file) ?? .memfd, sharing))
    case .anonymous: touch(MemoryKind(anonymous: sharing, options))
    case nil: break
    }
  }
  mutating func address(_ address: inout Address, _ use: AddressUse) { touch(ActorAddress(actor, address)) }
  mutating func waitWords(_ words: inout [WaitWord]) {
    for word in words { touch(ActorAddress(actor, word.address)) }
  }
  mutating func keyWords(_ words: inout [ActorAddress]) { for word in words { touch(word) } }
}
