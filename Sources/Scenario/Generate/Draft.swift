/// A scenario that is being made, with a sketch of its state: operations are drawn so that they are valid behind it.
struct Draft<Random: RandomNumberGenerator> {
  var random: Random
  let profile: Generator.Profile
  let chances: Weights.Chances
  private(set) var elements: [Scenario.Element] = []
  var sketch = Sketch()
  /// Words that most operations are about.
  var favourites: [Sketch.Key] = []
  private var lanes: [Scenario.Lane]?

  init(random: Random, profile: Generator.Profile, chances: Weights.Chances) {
    self.random = random
    self.profile = profile
    self.chances = chances
    elements.reserveCapacity(40)
  }

  var population: Population { sketch.population }
  var hasRoom: Bool { population.operationCount < Limits.operations }

  mutating func append(_ operation: Operation) {
    sketch.perform(operation)
    if let last = lanes?.indices.last {
      lanes?[last].operations.append(operation)
    } else {
      elements.append(.operation(operation))
    }
  }
  mutating func beginRace(_ actors: [ActorID]) {
    sketch.population.beginRace(actors)
    lanes = []
  }
  mutating func beginLane(_ actor: ActorID) {
    sketch.population.beginLane(actor)
    lanes?.append(Scenario.Lane(actor, []))
  }
  mutating func endRace() {
    sketch.population.endRace()
    if let race = lanes, !race.allSatisfy(\.operations.isEmpty) { elements.append(.race(race)) }
    lanes = nil
  }

  // MARK: Who and where

  mutating func actor() -> ActorID? {
    let count = population.actorCount
    guard count > 0 else { return nil }
    let start = random.below(count)
    for index in 0..<count {
      let actor = ActorID(UInt8((start + index) % count))
      if population.canAct(actor) { return actor }
    }
    return nil
  }
  /// An actor of the process that can act.
  mutating func actor(of process: ActorID) -> ActorID? {
    if population.canAct(process), random.percent(80) { return process }
    return population.acting.first { population.process(of: $0) == process }
  }
  mutating func file(_ fits: (FileKind) -> Bool) -> FileID? {
    let count = population.fileCount
    guard count > 0 else { return nil }
    let start = random.below(count)
    for index in 0..<count {
      let file = FileID(UInt8((start + index) % count))
      if let kind = population.kind(of: file), fits(kind) { return file }
    }
    return nil
  }
  /// A slot that is new to the scenario, or one that it knows.
  mutating func anySlot() -> SlotID {
    let known = population.slotCount
    return SlotID(UInt8(random.below(min(known + 1, Limits.slots))))
  }
  /// A slot in which the actor has something mapped, as a rule.
  mutating func mappedSlot(_ actor: ActorID) -> SlotID {
    let known = population.slotCount
    guard known > 0, !random.percent(chances.unmappedSlot) else { return anySlot() }
    let process = population.process(of: actor)
    let start = random.below(known)
    for index in 0..<known {
      let slot = SlotID(UInt8((start + index) % known))
      if sketch.window(process, slot).mapped != 0 { return slot }
    }
    return SlotID(UInt8(start))
  }
  /// The pages of a window: all of it, or a part.
  mutating func windowPages() -> PageRange {
    if random.percent(70) { return .all }
    let first = random.below(3)
    return PageRange(UInt8(first), UInt8(random.number(first...min(first + 2, 7))))
  }

  // MARK: Words

  /// Draws the words that the scenario is about, of those that two mappings share if there are such.
  mutating func chooseFavourites() {
    favourites = []
    for _ in 0..<random.number(1...3) {
      guard let actor = actor() else { return }
      let slot = mappedSlot(actor)
      let window = sketch.window(population.process(of: actor), slot)
      let address = Address(slot, offset(window))
      if let key = sketch.key(actor, address, isPrivate: false) { favourites.append(key) }
    }
  }

  /// An offset into a window: in its mapped pages as a rule, and one of few.
  mutating func offset(_ window: Sketch.Window) -> UInt32 {
    if random.percent(3) { return UInt32(random.below(Int(Limits.windowBytes))) }
    let pages = max(1, 8 - window.mapped.leadingZeroBitCount)
    let page = UInt32(random.below(random.percent(92) ? pages : 8))
    var offset = UInt32([0, 0x10, 0x10, 0x40][random.below(4)])
    if window.isHuge, random.percent(60) { offset += UInt32(random.below(4)) * 0x3000 }
    if random.percent(2) { offset += 0xffc - offset % 0x40 }
    if random.percent(1) { offset += 2 }
    return min(page * window.pageBytes + offset, Limits.windowBytes - 1)
  }

  /// A word for the actor: a favourite that it can reach, or any.
  mutating func word(_ actor: ActorID) -> Address {
    if profile.hasEverything, random.percent(chances.special),
      let special = random.element(of: SpecialAddress.allCases)
    {
      return Address(.special(special), offset: UInt32(random.below(16) * 4))
    }
    if random.percent(chances.favouriteWord), let key = random.element(of: favourites),
      let address = word(of: key, in: population.process(of: actor))
    {
      return address
    }
    let slot = mappedSlot(actor)
    return Address(slot, offset(sketch.window(population.process(of: actor), slot)))
  }
  /// One of the words with this key that the process has.
  mutating func word(of key: Sketch.Key, in process: ActorID) -> Address? {
    var found: Address?
    var count = 0
    var random = random
    sketch.forEachWord(of: key) { owner, address in
      guard owner == process else { return }
      count += 1
      if random.below(count) == 0 { found = address }
    }
    self.random = random
    return found
  }
  /// One of the words with this key, and somebody who can use it.
  mutating func word(of key: Sketch.Key) -> (ActorID, Address)? {
    var found: (ActorID, Address)?
    var count = 0
    let acting = population.acting
    var random = random
    sketch.forEachWord(of: key) { process, address in
      guard let actor = acting.first(where: { population.process(of: $0) == process }) else { return }
      count += 1
      if random.below(count) == 0 { found = (actor, address) }
    }
    self.random = random
    guard let (actor, address) = found else { return nil }
    return (self.actor(of: population.process(of: actor)) ?? actor, address)
  }
  /// A word as loads and stores take it.
  mutating func accessWord(_ actor: ActorID) -> Address {
    var address = word(actor)
    if case .special(let special) = address.base, special != .null, special != .kernel {
      address.base = .special(.null)
    }
    address.offset &= ~3
    return address
  }
}
