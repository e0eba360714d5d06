extension Draft {
  /// An operation of the kind; `nil` where there is no valid one.
  mutating func operation(_ kind: OperationKind, drawFile: (inout Random) -> FileKind) -> Operation? {
    if kind.hasNoActor {
      guard !population.isInRace else { return nil }
      switch kind {
      case .process: return population.canStartActor ? newProcess() : nil
      case .file: return population.fileCount < Limits.files ? newFile(drawFile(&random)) : nil
      default: return keys()
      }
    }
    guard let actor = actor() else { return nil }
    switch kind {
    case .wait: return wait(actor)
    case .waitv: return waitv(actor)
    case .wake: return wake(actor)
    case .requeue, .compareRequeue: return requeue(actor, kind)
    case .map: return map(actor)
    default: return action(kind, actor).map { Operation(actor, $0) }
    }
  }

  private mutating func action(_ kind: OperationKind, _ actor: ActorID) -> Action? {
    switch kind {
    case .fork: return population.canStartActor ? .fork(ActorID(UInt8(population.actorCount))) : nil
    case .thread: return population.canStartActor ? .thread(ActorID(UInt8(population.actorCount))) : nil
    case .exit:
      // A scenario without actors is over.
      return population.processes.count > 1 && !population.exitEndsOtherLane(actor) ? .exit : nil
    case .truncate: return file(\.hasDescriptor).map { .truncate($0, pages: UInt8(random.below(6))) }
    case .grow: return file(\.hasDescriptor).map { .grow($0, pages: UInt8(random.number(1...6))) }
    case .punch: return file(\.hasDescriptor).map { .punch($0, filePages()) }
    case .dropCaches:
      if profile.hasEverything, random.percent(4) { return .dropCaches(nil) }
      return file(\.hasDescriptor).map { .dropCaches($0) }
    case .close: return file(\.hasDescriptor).map { .close($0) }
    case .unlink: return file(\.hasName).map { .unlink($0) }
    case .rename: return file(\.hasName).map { .rename($0) }
    case .reopen: return file(\.hasName).map { .reopen($0) }
    case .evict: return file(\.hasDescriptor).map { .evict($0) }
    case .reuse: return file(\.hasDescriptor).map { .reuse($0) }
    case .umount: return file(\.hasDescriptor).map { .umount($0) }
    case .unmap: return .unmap(mappedSlot(actor), windowPages())
    case .remap:
      let from = mappedSlot(actor)
      let to = anySlot(besides: from)
      return .remap(from, to: to, duplicate: profile.hasEverything && random.percent(35))
    case .protect: return .protect(mappedSlot(actor), protection(), windowPages())
    case .remove: return .remove(mappedSlot(actor), windowPages())
    case .dontneed: return .dontneed(mappedSlot(actor), windowPages())
    case .pageout: return .pageout(mappedSlot(actor), windowPages())
    case .swapin: return .swapin(mappedSlot(actor), windowPages())
    case .collapse: return .collapse(mappedSlot(actor), windowPages())
    case .split: return .split(mappedSlot(actor), windowPages())
    case .merge: return .merge(mappedSlot(actor), windowPages())
    case .lockMemory: return .lockMemory(mappedSlot(actor), windowPages())
    case .migrate: return .migrate(mappedSlot(actor), windowPages())
    case .rmapWalk: return .rmapWalk(mappedSlot(actor), windowPages())
    default: return futexAction(kind, actor)
    }
  }

  // MARK: Actors, files, mappings

  func newProcess() -> Operation { Operation(nil, .process(ActorID(UInt8(population.actorCount)))) }

  mutating func newFile(_ kind: FileKind) -> Operation {
    Operation(nil, .file(FileID(UInt8(population.fileCount)), kind, pages: UInt8(random.number(1...4))))
  }

  private mutating func filePages() -> PageRange {
    let first = random.below(3)
    return PageRange(UInt8(first), UInt8(random.number(first...4)))
  }
  private mutating func protection() -> Protection {
    [.readWrite, .readWrite, .read, .read, .none, .write][random.below(6)]
  }
  private mutating func anySlot(besides slot: SlotID) -> SlotID {
    let other = anySlot()
    if other != slot { return other }
    // A slot that is mentioned for the first time here must have the next number.
    let known = max(population.slotCount, Int(slot.index) + 1)
    return known < Limits.slots && random.percent(50)
      ? SlotID(UInt8(known)) : SlotID(slot.index == 0 ? UInt8(min(known, 1)) : slot.index - 1)
  }

  /// A mapping of something: the file named, or one drawn.
  mutating func map(_ actor: ActorID, ofFile wanted: FileID? = nil, sharing wantedSharing: Sharing? = nil) -> Operation?
  {
    let slot = random.percent(75) ? freeSlot(actor) : anySlot()
    let isRegular = random.percent(85)
    var sharing = wantedSharing ?? (random.percent(chances.privateMapping) ? .private : .shared)
    var protection: Protection = isRegular || wanted != nil ? .readWrite : self.protection()
    var options: MapOptions = random.percent(10) ? .populate : []
    let source: MapSource
    if let file = wanted ?? (random.percent(chances.anonymous) ? nil : file { _ in true }) {
      let kind = population.kind(of: file) ?? .memfd
      let pages = max(1, Int(population.pages(of: file)))
      var first = random.percent(30) ? random.below(pages) : 0
      var last = random.percent(10) ? min(pages, Limits.pages - 1) : pages - 1
      if kind == .sysv {
        (first, last) = (0, pages - 1)
        sharing = .shared
        protection = protection == .read ? .read : .readWrite
        options = []
      }
      if profile.hasEverything, kind == .memfdTHP || random.percent(5) { options.insert(.huge) }
      source = .file(file, PageRange(UInt8(first), UInt8(last)))
    } else {
      if profile.hasEverything, random.percent(chances.hugePages) {
        options.insert(random.percent(50) ? .huge : .hugetlb)
      }
      source = .anonymous(pages: UInt8(random.number(1...3)))
    }
    return Operation(actor, .map(slot, source, sharing, protection, options))
  }

  /// A slot in which the actor has nothing, if the scenario knows one or can have a new one.
  private mutating func freeSlot(_ actor: ActorID) -> SlotID {
    let process = population.process(of: actor)
    let known = population.slotCount
    for slot in 0..<UInt8(known) where sketch.window(process, SlotID(slot)).mapped == 0 {
      if random.percent(60) { return SlotID(slot) }
    }
    return known < Limits.slots ? SlotID(UInt8(known)) : anySlot()
  }
}
