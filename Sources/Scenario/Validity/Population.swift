/// Who and what exists at a place of a scenario, as far as its text alone tells: the actors that are alive and the
/// address spaces they share, the files and their kinds, the waiters and whose they are.
///
/// It steps over operations (`perform`) and races (`beginRace`, `beginLane`, `endRace`). It never traps: an operation
/// that is not valid leaves it as it is, or adds what can be added.
public struct Population: Hashable, Sendable {
  /// Actors started so far; their indices are smaller. The same for the other three.
  public private(set) var actorCount = 0
  public private(set) var fileCount = 0
  public private(set) var slotCount = 0
  public private(set) var waiterCount = 0
  public private(set) var operationCount = 0

  private var leaders = SIMD8<UInt8>()
  private var fileKinds = SIMD8<UInt8>()
  private var filePages = SIMD8<UInt8>()
  private var waiterProcesses = SIMD32<UInt8>()
  /// Ordinal of the lane, from 1, that started the waiter in the race that is going on; 0 for all others.
  private var waiterLanes = SIMD32<UInt8>()
  private var aliveMask: UInt8 = 0
  /// Actors that were started or ended in the race that is going on.
  private var startedMask: UInt8 = 0
  private var endedMask: UInt8 = 0
  /// Those with a lane in it.
  private var laneActors: UInt8 = 0
  private var lane: UInt8 = 0
  private var laneActor: UInt8 = 0
  public private(set) var isInRace = false

  public init() {}

  // MARK: Actors

  /// The actor exists, and has not ended. In a race: at its start.
  public func isAlive(_ actor: ActorID) -> Bool { has(aliveMask, actor) }
  public func wasStarted(_ actor: ActorID) -> Bool { actor.index < actorCount }
  /// The actor can do the next operation: alive, and in a lane the lane's own.
  public func canAct(_ actor: ActorID) -> Bool {
    guard isAlive(actor), !has(endedMask, actor) else { return false }
    return lane == 0 || laneActor == actor.index
  }
  /// Actors that can do the next operation, in ascending order.
  public var acting: [ActorID] { (0..<UInt8(actorCount)).map(ActorID.init).filter(canAct) }
  /// Counted against `Limits.actorsAlive`: in a race those started in it count, and those ended in it count still.
  public var aliveCount: Int { (aliveMask | startedMask).nonzeroBitCount }
  public var canStartActor: Bool { aliveCount < Limits.actorsAlive && actorCount < Limits.actors }

  /// The actor that `process` or `fork` started and whose address space this one shares; itself for a process.
  public func process(of actor: ActorID) -> ActorID {
    actor.index < actorCount ? ActorID(leaders[Int(actor.index)]) : actor
  }
  public func isThread(_ actor: ActorID) -> Bool { process(of: actor) != actor }
  /// Processes that are alive, in ascending order.
  public var processes: [ActorID] {
    (0..<UInt8(actorCount)).map(ActorID.init).filter { isAlive($0) && !isThread($0) }
  }
  /// The actor's process ended in a lane of the race that is going on.
  func processEndedInRace(_ actor: ActorID) -> Bool { has(endedMask, process(of: actor)) }
  /// `exit` of the actor would end an actor of another lane.
  public func exitEndsOtherLane(_ actor: ActorID) -> Bool {
    guard isInRace, !isThread(actor) else { return false }
    return (0..<UInt8(actorCount)).contains { other in
      other != actor.index && laneActors & (1 << other) != 0 && leaders[Int(other)] == actor.index
    }
  }

  // MARK: Files and waiters

  /// The file's kind; `nil` if it was never made.
  public func kind(of file: FileID) -> FileKind? {
    file.index < fileCount ? FileKind(rawValue: fileKinds[Int(file.index)]) : nil
  }
  /// Pages that the file was made with; 0 if it was never made.
  public func pages(of file: FileID) -> UInt8 { file.index < fileCount ? filePages[Int(file.index)] : 0 }
  public var files: [FileID] { (0..<UInt8(fileCount)).map(FileID.init) }

  /// The process whose address space the waiter belongs to; `nil` if it was never started.
  public func process(of waiter: WaiterID) -> ActorID? {
    waiter.index < waiterCount ? ActorID(waiterProcesses[Int(waiter.index)]) : nil
  }
  /// The actor can name the waiter in `cancel`: it is one of its address space, and of no other lane.
  public func canCancel(_ waiter: WaiterID, _ actor: ActorID) -> Bool {
    guard process(of: waiter) == process(of: actor) else { return false }
    let lane = waiterLanes[Int(waiter.index)]
    return lane == 0 || lane == self.lane
  }
  /// Waiters that the actor can cancel, in ascending order.
  public func cancellable(by actor: ActorID) -> [WaiterID] {
    (0..<UInt8(waiterCount)).map(WaiterID.init).filter { canCancel($0, actor) }
  }

  // MARK: Steps

  /// Takes in that the slot was mentioned.
  public mutating func mention(_ slot: SlotID) {
    if Int(slot.index) >= slotCount, Int(slot.index) < Limits.slots { slotCount = Int(slot.index) + 1 }
  }

  /// Takes in what the operation starts, ends and mentions.
  public mutating func perform(_ operation: Operation) {
    operationCount += 1
    switch operation.action {
    case .process(let actor): start(actor, leader: actor)
    case .fork(let actor): start(actor, leader: actor)
    case .thread(let actor):
      if let parent = operation.actor { start(actor, leader: process(of: parent)) }
    case .exit:
      if let actor = operation.actor { end(actor) }
    case .file(let file, let kind, let pages):
      guard fileCount < Limits.files, file.index == fileCount else { break }
      fileKinds[fileCount] = kind.rawValue
      filePages[fileCount] = pages
      fileCount += 1
    case .wait(let waiter, _, _, _, _, _), .waitv(let waiter, _, _):
      guard waiterCount < Limits.waiters, waiter.index == waiterCount, let actor = operation.actor else { break }
      waiterProcesses[waiterCount] = process(of: actor).index
      waiterLanes[waiterCount] = lane
      waiterCount += 1
    default: break
    }
    var mentions = SlotMentions(population: self)
    var action = operation.action
    action.visitOperands(&mentions)
    slotCount = mentions.population.slotCount
  }

  /// A race with lanes of these actors, as far as they are known.
  public mutating func beginRace(_ actors: [ActorID]) {
    isInRace = true
    laneActors = actors.reduce(0) { $0 | Self.bit($1) }
    lane = 0
  }
  public mutating func beginLane(_ actor: ActorID) {
    lane += 1
    laneActor = actor.index
    laneActors |= Self.bit(actor)
  }
  public mutating func endRace() {
    isInRace = false
    lane = 0
    laneActors = 0
    aliveMask = (aliveMask | startedMask) & ~closure(endedMask)
    startedMask = 0
    endedMask = 0
    waiterLanes = SIMD32()
  }
  /// Takes in a whole element.
  public mutating func perform(_ element: Scenario.Element) {
    switch element {
    case .operation(let operation): perform(operation)
    case .race(let lanes):
      beginRace(lanes.map(\.actor))
      for lane in lanes {
        beginLane(lane.actor)
        for operation in lane.operations { perform(operation) }
      }
      endRace()
    }
  }

  private mutating func start(_ actor: ActorID, leader: ActorID) {
    guard actorCount < Limits.actors, actor.index == actorCount else { return }
    leaders[actorCount] = leader.index
    actorCount += 1
    if isInRace { startedMask |= Self.bit(actor) } else { aliveMask |= Self.bit(actor) }
  }
  private mutating func end(_ actor: ActorID) {
    guard wasStarted(actor) else { return }
    if isInRace {
      endedMask |= Self.bit(actor)
    } else {
      aliveMask &= ~closure(Self.bit(actor))
    }
  }
  /// The actors, and the threads of those that are processes.
  private func closure(_ mask: UInt8) -> UInt8 {
    guard mask != 0 else { return 0 }
    var all = mask
    for index in 0..<actorCount where mask & (1 << leaders[index]) != 0 { all |= 1 << UInt8(index) }
    return all
  }
  private static func bit(_ actor: ActorID) -> UInt8 { actor.index < 8 ? 1 << actor.index : 0 }
  private func has(_ mask: UInt8, _ actor: ActorID) -> Bool { mask & Self.bit(actor) != 0 }
}

/// Takes in each slot that an operation mentions.
private struct SlotMentions: OperandVisitor {
  var population: Population

  mutating func slot(_ slot: inout SlotID) { population.mention(slot) }
  mutating func address(_ address: inout Address, _ use: AddressUse) {
    if let slot = address.slot { population.mention(slot) }
  }
  mutating func waitWords(_ words: inout [WaitWord]) {
    for word in words { if let slot = word.address.slot { population.mention(slot) } }
  }
  mutating func keyWords(_ words: inout [ActorAddress]) {
    for word in words { if let slot = word.address.slot { population.mention(slot) } }
  }
}
