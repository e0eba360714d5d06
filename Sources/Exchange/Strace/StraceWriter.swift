import Scenario

/// Writes a scenario's operations for what a log's walk kept.
struct StraceWriter {
  let walk: StraceWalk
  private(set) var elements: [Operation] = []
  private(set) var notUnderstood: [String] = []
  private(set) var leftOut = 0
  private(set) var taken = 0

  private var actors: [Int: ActorID] = [:]
  private var ended: Set<Int> = []
  private var population = Population()
  private var files: [String: FileID] = [:]
  private var slots: [Int: SlotID] = [:]
  /// Which instances each process has mapped, by its first actor.
  private var mapped: [ActorID: Set<Int>] = [:]
  private var waiters: UInt8 = 0
  private var values: [ValueKey: UInt32] = [:]
  /// Pages with words of each object, ascending.
  private var pages: [StraceSpace.Backing: [UInt64]] = [:]
  private let busy: Set<Int>

  private struct ValueKey: Hashable {
    var space: ActorID?
    var word: StraceWalk.Word
  }

  init(_ walk: StraceWalk) {
    self.walk = walk
    var all: [StraceSpace.Backing: Set<UInt64>] = [:]
    for instance in walk.instances where !instance.pages.isEmpty {
      all[instance.mapping.backing, default: []].formUnion(instance.pages)
    }
    pages = all.mapValues { $0.sorted() }
    var busy: Set<Int> = []
    for case .futex(let call, _) in walk.deeds { busy.insert(call.pid) }
    self.busy = busy
  }

  mutating func take(_ deed: StraceWalk.Deed) {
    switch deed {
    case .fork(let parent, let child):
      guard let actor = actors[parent], !ended.contains(parent),
        mapped[population.process(of: actor)]?.isEmpty == false,
        population.canStartActor
      else { return }
      let new = ActorID(UInt8(population.actorCount))
      add(Operation(actor, .fork(new)))
      actors[child] = new
      mapped[new] = mapped[population.process(of: actor)]
    case .thread(let parent, let child):
      guard busy.contains(child) || busy.contains(parent), let actor = actor(parent), population.canStartActor else {
        return
      }
      let new = ActorID(UInt8(population.actorCount))
      add(Operation(actor, .thread(new)))
      actors[child] = new
    case .exec(let pid), .exit(let pid):
      guard let actor = actors[pid], !ended.contains(pid), population.isAlive(actor) else { return }
      add(Operation(actor, .exit))
      if case .exec = deed { actors[pid] = nil } else { ended.insert(pid) }
    case .map(let pid, let instance): _ = map(instance, by: pid)
    case .unmap(let pid, let instance):
      guard let (actor, slot) = place(pid, instance) else { return }
      add(Operation(actor, .unmap(slot, .all)))
      mapped[population.process(of: actor)]?.remove(instance)
    case .protect(let pid, let instance, let text):
      guard let (actor, slot) = place(pid, instance) else { return }
      add(Operation(actor, .protect(slot, Self.protection(text), .all)))
    case .advise(let pid, let instance, let advice):
      guard let (actor, slot) = place(pid, instance) else { return }
      switch advice {
      case "MADV_DONTNEED": add(Operation(actor, .dontneed(slot, .all)))
      case "MADV_REMOVE": add(Operation(actor, .remove(slot, .all)))
      case "MADV_PAGEOUT": add(Operation(actor, .pageout(slot, .all)))
      case "MADV_POPULATE_READ": add(Operation(actor, .swapin(slot, .all)))
      case "MADV_COLLAPSE": add(Operation(actor, .collapse(slot, .all)))
      default: notUnderstood.append("madvise \(advice) of memory that holds a word")
      }
    case .futex(let call, let words): futex(call, words)
    }
  }

  private mutating func add(_ operation: Operation) {
    guard elements.count < Limits.operations else { return }
    elements.append(operation)
    population.perform(operation)
  }

  // MARK: Who and where

  private mutating func actor(_ pid: Int) -> ActorID? {
    if let known = actors[pid] { return population.isAlive(known) ? known : nil }
    guard !ended.contains(pid), population.canStartActor, elements.count < Limits.operations else { return nil }
    let new = ActorID(UInt8(population.actorCount))
    add(Operation(nil, .process(new)))
    actors[pid] = new
    mapped[new] = []
    return new
  }

  /// The actor and the window of an instance that its process has mapped in the scenario.
  private func place(_ pid: Int, _ instance: Int) -> (ActorID, SlotID)? {
    guard let actor = actors[pid], population.isAlive(actor), let slot = slots[instance],
      mapped[population.process(of: actor)]?.contains(instance) == true
    else { return nil }
    return (actor, slot)
  }

  private mutating func map(_ instance: Int, by pid: Int) -> (ActorID, SlotID)? {
    guard !walk.instances[instance].pages.isEmpty, let actor = actor(pid) else { return nil }
    if let known = place(pid, instance) { return known }
    let mapping = walk.instances[instance].mapping
    let count = min(pages[mapping.backing]?.count ?? 1, Limits.pages)
    let slot: SlotID
    if let known = slots[instance] {
      slot = known
    } else {
      guard slots.count < Limits.slots else { return nil }
      slot = SlotID(UInt8(slots.count))
    }
    let source: MapSource
    switch mapping.backing {
    case .memory: source = .anonymous(pages: UInt8(count))
    case .file(let name):
      guard let file = file(name, count) else { return nil }
      source = .file(file, PageRange(0, UInt8(count - 1)))
    }
    guard elements.count < Limits.operations else { return nil }
    slots[instance] = slot
    add(
      Operation(
        actor, .map(slot, source, mapping.isShared ? .shared : .private, Self.protection(mapping.protection), [])))
    mapped[population.process(of: actor), default: []].insert(instance)
    return (actor, slot)
  }
  private mutating func file(_ name: String, _ pages: Int) -> FileID? {
    if let known = files[name] { return known }
    guard population.fileCount < Limits.files else { return nil }
    let file = FileID(UInt8(population.fileCount))
    let isMemory = name.hasPrefix("memfd:") || name.hasPrefix("/memfd:")
    let kind: FileKind =
      isMemory ? .memfd : name.hasPrefix("sysv:") ? .sysv : name.hasPrefix("/dev/shm/") ? .tmpfs : .disk
    add(Operation(nil, .file(file, kind, pages: UInt8(pages))))
    files[name] = file
    return file
  }
  static func protection(_ text: String) -> Protection {
    switch (text.contains("PROT_READ"), text.contains("PROT_WRITE")) {
    case (true, true): .readWrite
    case (true, false): .read
    case (false, true): .write
    case (false, false): .none
    }
  }

  // MARK: Futexes

  private mutating func address(_ word: StraceWalk.Word, _ pid: Int) -> Address? {
    let backing = walk.instances[word.instance].mapping.backing
    guard let (_, slot) = map(word.instance, by: pid), let page = pages[backing]?.firstIndex(of: word.page),
      page < Limits.pages
    else { return nil }
    return Address(slot, UInt32(page) * Limits.pageBytes + word.offset)
  }

  private mutating func futex(_ call: StraceCall, _ words: [StraceWalk.Word]) {
    var addresses: [Address] = []
    for word in words {
      guard let address = address(word, call.pid) else { break }
      addresses.append(address)
    }
    guard addresses.count == words.count, let actor = actors[call.pid], elements.count + 1 < Limits.operations else {
      leftOut += 1
      return
    }
    let code = call.arguments[1]
    let mode = FutexMode(isPrivate: code.contains("_PRIVATE"))
    func number(_ index: Int) -> UInt32? {
      guard index < call.arguments.count else { return nil }
      switch call.arguments[index] {
      case "INT_MAX": return 0x7fff_ffff
      case "FUTEX_BITSET_MATCH_ANY": return .max
      default: return StraceText.number(call.arguments[index]).map { UInt32(truncatingIfNeeded: $0) }
      }
    }
    func refuse() {
      notUnderstood.append("line \(call.line): futex \(code): \(call.arguments.joined(separator: ", "))")
    }
    guard let first = number(2) else { return refuse() }
    let count = Int32(bitPattern: first)
    let name = code.prefix { $0 != "|" }.replacing("_PRIVATE", with: "")
    switch name {
    case "FUTEX_WAIT", "FUTEX_WAIT_BITSET":
      guard waiters < Limits.waiters else { return leftOut += 1 }
      let bitset = name == "FUTEX_WAIT" ? UInt32.max : number(5) ?? number(4) ?? .max
      let key = ValueKey(space: isShared(words[0]) ? nil : population.process(of: actor), word: shared(words[0]))
      let value = values[key] ?? 0
      if call.error == "EAGAIN", value == first {
        store(addresses[0], first &+ 1, actor, key)
      } else if call.error != "EAGAIN", call.error != "EFAULT", call.error != "EINVAL", value != first {
        store(addresses[0], first, actor, key)
      }
      add(
        Operation(
          actor,
          .wait(
            WaiterID(waiters), addresses[0], value: first, bitset: bitset,
            call.error == "ETIMEDOUT" ? .relativeZero : .none, mode)))
      waiters += 1
    case "FUTEX_WAKE", "FUTEX_WAKE_BITSET":
      let bitset = name == "FUTEX_WAKE" ? UInt32.max : number(5) ?? number(3) ?? .max
      add(Operation(actor, .wake(addresses[0], count: count, bitset: bitset, mode)))
    case "FUTEX_REQUEUE":
      guard let move = number(3) else { return refuse() }
      add(
        Operation(actor, .requeue(addresses[0], addresses[1], wake: count, move: Int32(bitPattern: move), mode)))
    case "FUTEX_CMP_REQUEUE":
      guard let move = number(3), let value = number(5) else { return refuse() }
      let key = ValueKey(space: isShared(words[0]) ? nil : population.process(of: actor), word: shared(words[0]))
      if call.error == nil, values[key] ?? 0 != value { store(addresses[0], value, actor, key) }
      add(
        Operation(
          actor,
          .compareRequeue(addresses[0], addresses[1], wake: count, move: Int32(bitPattern: move), value: value, mode)))
    default: return refuse()
    }
    taken += 1
  }

  private func isShared(_ word: StraceWalk.Word) -> Bool { walk.instances[word.instance].mapping.isShared }
  /// The same word through another mapping of the same object.
  private func shared(_ word: StraceWalk.Word) -> StraceWalk.Word {
    guard isShared(word) else { return word }
    let backing = walk.instances[word.instance].mapping.backing
    let first = walk.instances.firstIndex { $0.mapping.backing == backing && $0.mapping.isShared } ?? word.instance
    return StraceWalk.Word(instance: first, page: word.page, offset: word.offset)
  }
  private mutating func store(_ address: Address, _ value: UInt32, _ actor: ActorID, _ key: ValueKey) {
    add(Operation(actor, .store(address, value)))
    values[key] = value
  }
}
