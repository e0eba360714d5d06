import Scenario

/// What is known before a race of a scenario's actors and windows.
struct RacePast {
  /// By actor that is a further thread: the actor whose process it is of.
  private(set) var processes: [ActorID: ActorID] = [:]
  /// By window number: the most pages that were ever mapped in it, in any address space, and whether any were huge.
  private var pages: [UInt8: Int] = [:]
  private var hugeWindows: Set<UInt8> = []
  private var kinds: [FileID: FileKind] = [:]

  mutating func note(_ operation: Operation) {
    switch operation.action {
    case .thread(let new): if let actor = operation.actor { processes[new] = process(of: actor) }
    case .file(let file, let kind, _): kinds[file] = kind
    case .map(let slot, let source, _, _, let options):
      pages[slot.index] = max(pages[slot.index] ?? 0, Self.count(source))
      if isHuge(source, options) { hugeWindows.insert(slot.index) }
    case .remap(let from, let to, _):
      pages[to.index] = max(pages[to.index] ?? 0, pages[from.index] ?? 0)
      if hugeWindows.contains(from.index) { hugeWindows.insert(to.index) }
    default: break
    }
  }

  func isThread(_ actor: ActorID) -> Bool { processes[actor] != nil }
  func process(of actor: ActorID) -> ActorID { processes[actor] ?? actor }
  func mostPages(in slot: SlotID) -> Int { pages[slot.index] ?? 0 }
  func kind(of file: FileID) -> FileKind? { kinds[file] }

  /// Whether a map replaces what may be in the window in one step.
  func replacesAtOnce(_ slot: SlotID, _ source: MapSource, _ options: MapOptions) -> Bool {
    mostPages(in: slot) <= Self.count(source)
      && (mostPages(in: slot) == 0 || hugeWindows.contains(slot.index) == isHuge(source, options))
  }

  private func isHuge(_ source: MapSource, _ options: MapOptions) -> Bool {
    switch source {
    case .anonymous: options.contains(.huge) || options.contains(.hugetlb)
    case .file(let file, _): kinds[file] == .memfdHugetlb
    }
  }
  private static func count(_ source: MapSource) -> Int {
    switch source {
    case .anonymous(let pages): Int(pages)
    case .file(_, let pages): pages.count
    }
  }
}

extension Unsupported {
  /// Why these lanes cannot run at once, or `nil`.
  func reason(race lanes: [Scenario.Lane], past: RacePast) -> String? {
    guard options.races else { return "a race: keywake litmus runs it" }
    if Set(lanes.map(\.actor)).count < lanes.count { return "two lanes of one actor" }
    if lanes.allSatisfy(\.endsProcess) { return "nobody is left after the race" }
    for lane in lanes {
      for operation in lane.operations {
        if let reason = reason(operation, of: lane, past) { return reason }
      }
    }
    for (index, lane) in lanes.enumerated() {
      for other in lanes[(index + 1)...] {
        if let reason = clash(lane, other, past) ?? clash(other, lane, past) { return reason }
      }
    }
    return nil
  }

  private func reason(_ operation: Operation, of lane: Scenario.Lane, _ past: RacePast) -> String? {
    if let actor = operation.actor, actor != lane.actor { return "another's operation in a lane" }
    let byThread = past.isThread(lane.actor) && options.waiters == .ring
    switch operation.action {
    case .wait(_, _, value: _, bitset: _, let timeout, _):
      if timeout.endsByItself { return "a wait that ends by itself inside a race" }
      return byThread ? "a ring's wait by a further thread inside a race" : nil
    case .waitv:
      return options.waiters == .thread || byThread ? "a thread's waitv inside a race" : nil
    case .cancel:
      return byThread ? "a ring's cancel by a further thread inside a race" : nil
    case .map(let slot, let source, _, let protection, let mapOptions):
      if case .file(let file, _) = source, past.kind(of: file) == .sysv, protection != .read, protection != .readWrite {
        return "a segment's map with another protection, in two steps, inside a race"
      }
      return past.replacesAtOnce(slot, source, mapOptions)
        ? nil : "a map over a longer one, in two steps, inside a race"
    case .remap(let from, _, _):
      return past.mostPages(in: from) > 1 ? "a remap of more than one page, page by page, inside a race" : nil
    case .wake, .requeue, .compareRequeue, .wakeOp, .lockPI, .tryLockPI, .unlockPI, .truncate, .grow, .punch,
      .dropCaches, .close, .unlink, .rename, .reopen, .unmap, .protect, .remove, .dontneed, .pageout, .swapin,
      .collapse, .split, .lockMemory, .store, .load, .fork, .exit:
      return nil
    default: return "\(operation.kind.keyword) inside a race on the live kernel"
    }
  }

  /// What one lane must not do beside the other, because the harness itself keeps count of it.
  private func clash(_ lane: Scenario.Lane, _ other: Scenario.Lane, _ past: RacePast) -> String? {
    for case .rename(let file) in lane.operations.map(\.action)
    where other.operations.contains(where: { $0.action.namedFile == file }) {
      return "a rename beside another use of the name"
    }
    guard past.process(of: lane.actor) == past.process(of: other.actor) else { return nil }
    for operation in lane.operations {
      for slot in operation.action.replacedWindows
      where other.operations.contains(where: { $0.action.rangeWindows.contains(slot) }) {
        return "two calls of one process on the extent of a window"
      }
      // The child's account of its windows and descriptors is the parent's, as it stands in memory.
      if operation.kind == .fork, other.operations.contains(where: { $0.action.changesAccounts }) {
        return "a fork beside another lane of its process that maps, unmaps or closes"
      }
    }
    return nil
  }
}

extension Action {
  /// The file whose name it uses.
  fileprivate var namedFile: FileID? {
    switch self {
    case .unlink(let file), .rename(let file), .reopen(let file): file
    default: nil
    }
  }
  fileprivate var changesAccounts: Bool {
    switch self {
    case .close, .reopen: true
    default: !replacedWindows.isEmpty
    }
  }
  /// Windows in which it maps or unmaps.
  fileprivate var replacedWindows: [SlotID] {
    switch self {
    case .map(let slot, _, _, _, _), .unmap(let slot, _): [slot]
    case .remap(let from, let to, _): [from, to]
    default: []
    }
  }
  /// Windows of which it takes a range of pages, which may be all that are mapped.
  fileprivate var rangeWindows: [SlotID] {
    switch self {
    case .protect(let slot, _, _), .remove(let slot, _), .dontneed(let slot, _), .pageout(let slot, _),
      .swapin(let slot, _), .collapse(let slot, _), .split(let slot, _), .merge(let slot, _), .lockMemory(let slot, _):
      [slot]
    default: replacedWindows
    }
  }
}
