import Scenario

/// Which kind of memory a scenario's text maps where: `memfd-shared`, `anonymous-private`. Names for signatures and
/// coverage; nothing is decided by it.
public struct MemoryMap {
  private var kinds: [UInt16: String] = [:]
  private var files: [FileID: FileKind] = [:]
  private var population = Population()

  public init() {}

  private func place(_ actor: ActorID, _ slot: SlotID) -> UInt16 {
    UInt16(population.process(of: actor).index) << 8 | UInt16(slot.index)
  }

  /// The memory that the operation acts on, before it does.
  public func touched(by operation: Operation) -> String {
    switch operation.action {
    case .file(_, let kind, _): kind.keyword
    case .truncate(let file, _), .grow(let file, _), .punch(let file, _), .close(let file), .unlink(let file),
      .rename(let file), .reopen(let file):
      files[file]?.keyword ?? "none"
    case .dropCaches(let file): file.flatMap { files[$0]?.keyword } ?? "system"
    case .map(_, let source, let sharing, _, let options): Self.name(source, sharing, options, files)
    case .keys(let words, _):
      Set(words.map { at($0.address, $0.actor) }).sorted().joined(separator: "-")
    default:
      operation.actor.flatMap { actor in Self.address(operation.action).map { at($0, actor) } } ?? "none"
    }
  }

  public mutating func perform(_ operation: Operation) {
    switch operation.action {
    case .file(let file, let kind, _): files[file] = kind
    case .map(let slot, let source, let sharing, _, let options):
      if let actor = operation.actor {
        kinds[place(actor, slot)] = Self.name(source, sharing, options, files)
      }
    case .remap(let from, let to, let duplicate):
      if let actor = operation.actor {
        kinds[place(actor, to)] = kinds[place(actor, from)]
        if !duplicate { kinds[place(actor, from)] = nil }
      }
    case .unmap(let slot, .all):
      if let actor = operation.actor { kinds[place(actor, slot)] = nil }
    case .fork(let child):
      if let actor = operation.actor {
        let parent = UInt16(population.process(of: actor).index)
        for (place, kind) in kinds.sorted(by: { $0.key < $1.key }) where place >> 8 == parent {
          kinds[UInt16(child.index) << 8 | place & 0xff] = kind
        }
      }
    default: break
    }
    population.perform(operation)
  }

  private func at(_ address: Address, _ actor: ActorID) -> String {
    switch address.base {
    case .slot(let slot): kinds[place(actor, slot)] ?? "unmapped"
    case .special(let special): special.keyword
    }
  }

  private static func name(
    _ source: MapSource, _ sharing: Sharing, _ options: MapOptions, _ files: [FileID: FileKind]
  ) -> String {
    let kind =
      switch source {
      case .file(let file, _): files[file]?.keyword ?? "none"
      case .anonymous: options.contains(.hugetlb) ? "anonymous-hugetlb" : "anonymous"
      }
    return "\(kind)-\(sharing.keyword)"
  }

  /// The first word or window that the operation names.
  private static func address(_ action: Action) -> Address? {
    switch action {
    case .unmap(let slot, _), .remap(let slot, _, _), .protect(let slot, _, _), .remove(let slot, _),
      .dontneed(let slot, _), .pageout(let slot, _), .swapin(let slot, _), .collapse(let slot, _),
      .split(let slot, _), .merge(let slot, _), .lockMemory(let slot, _), .migrate(let slot, _),
      .rmapWalk(let slot, _):
      Address(slot)
    case .store(let address, _), .load(let address), .wait(_, let address, _, _, _, _), .wake(let address, _, _, _),
      .requeue(let address, _, _, _, _), .compareRequeue(let address, _, _, _, _, _),
      .wakeOp(let address, _, _, _, _, _), .lockPI(let address, _), .tryLockPI(let address, _),
      .unlockPI(let address, _), .robust(let address), .clearTID(let address):
      address
    case .waitv(_, let words, _): words.first?.address
    default: nil
    }
  }
}
