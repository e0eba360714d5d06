import Scenario

/// All interleavings of a race's lanes, each operation atomic, breadth first.
struct RaceSearch {
  /// One point of an interleaving.
  struct Node: Hashable {
    var state: ContractState
    /// How many operations of each lane are done.
    var done: [Int]
    var outcome: RaceOutcome
    var hasSpuriousFault = false
  }
  let lanes: [Scenario.Lane]
  private(set) var ends: [Node] = []
  private(set) var nodes = 0
  private(set) var unsupported: String?
  /// By waiter: the address space that it is of, for those that sleep at the start or are started by a lane.
  private let waiterSpaces: [WaiterID: UInt8]

  init(_ lanes: [Scenario.Lane], from states: [ContractState], nodeLimit: Int = Contract.raceNodeLimit) {
    self.lanes = lanes
    waiterSpaces = Self.waiterSpaces(lanes, states)
    if let reason = Self.pageWise(lanes) {
      unsupported = reason
      return
    }
    let start = RaceOutcome(results: lanes.map { _ in [] }, ended: [])
    var layer = states.map { Node(state: $0, done: lanes.map { _ in 0 }, outcome: start) }
    for _ in 0..<lanes.reduce(0, { $0 + $1.operations.count }) {
      var following: [Node] = []
      var seen: Set<Node> = []
      for node in layer {
        for next in successors(of: node) where seen.insert(next).inserted { following.append(next) }
        if unsupported != nil { return }
      }
      nodes += following.count
      if nodes > nodeLimit {
        unsupported = "more than \(nodeLimit) interleavings with different results"
        return
      }
      layer = following
    }
    ends = layer
  }

  var promise: RacePromise {
    var allowed: [RacePromise.Allowed] = []
    var seen: Set<RaceOutcome> = []
    for spurious in [false, true] {
      for node in ends where node.hasSpuriousFault == spurious && seen.insert(node.outcome).inserted {
        allowed.append(.init(outcome: node.outcome, hasSpuriousFault: spurious))
      }
    }
    return RacePromise(allowed: unsupported == nil ? allowed : [], unsupported: unsupported, nodes: nodes)
  }

  /// The states that the race may leave.
  var states: [ContractState] {
    var distinct: [ContractState] = []
    var seen: Set<ContractState> = []
    for node in ends where seen.insert(node.state).inserted { distinct.append(node.state) }
    return distinct
  }

  private mutating func successors(of node: Node) -> [Node] {
    var found: [Node] = []
    for (lane, index) in node.done.enumerated() where index < lanes[lane].operations.count {
      var operation = lanes[lane].operations[index]
      if operation.actor == nil, !operation.kind.hasNoActor { operation.actor = lanes[lane].actor }
      if operation.action.endsByItself {
        unsupported = "a wait that ends by itself inside a race"
        return []
      }
      var script: [Int]? = []
      while let answers = script {
        var step = Step(script: answers)
        var next = node
        do {
          let result = try next.state.perform(operation, &step)
          next.record(result, step.ended, lane)
          found.append(next)
          if operation.kind == .exit { found += dyingUnseen(next, of: node, operation.actor) }
        } catch {
          unsupported = error.reason
          return []
        }
        script = step.next
      }
      if mayFaultSpuriously(operation, lane, node) {
        var next = node
        next.hasSpuriousFault = true
        next.record(.exactly(.error(.EFAULT)), [], lane)
        found.append(next)
      }
    }
    return found
  }

  /// A waiter that a call of this race has woken ends with its process if that is killed before it runs again: then
  /// nobody can tell that it was woken, though the call has counted it. Source: exit_group(2) ends every thread with
  /// SIGKILL, whatever it was about to return from.
  private func dyingUnseen(_ next: Node, of before: Node, _ actor: ActorID?) -> [Node] {
    guard let actor, let ending = before.state.actor(actor), !ending.isThread else { return [] }
    var found = [next]
    for (index, waiter) in next.outcome.ended.enumerated()
    where waiter.end != .died && waiterSpaces[waiter.waiter] == ending.space {
      found += found.map { node in
        var node = node
        node.outcome.ended[index].end = .died
        return node
      }
    }
    return Array(found.dropFirst())
  }

  private static func waiterSpaces(_ lanes: [Scenario.Lane], _ states: [ContractState]) -> [WaiterID: UInt8] {
    var spaces: [WaiterID: UInt8] = [:]
    for entry in states.first?.queue ?? [] { spaces[entry.waiter] = entry.space }
    for lane in lanes {
      guard let space = states.first?.actor(lane.actor)?.space else { continue }
      for operation in lane.operations {
        switch operation.action {
        case .wait(let waiter, _, value: _, bitset: _, _, _), .waitv(let waiter, _, _): spaces[waiter] = space
        default: break
        }
      }
    }
    return spaces
  }

  /// Calls that take several pages away do so page by page: munmap(2) and ftruncate(2) promise nothing of the moments
  /// between, in which another lane may find the first page gone and the second one still there. Such a race is not
  /// judged. (unmap_mapping_range() and truncate_inode_pages_range() go through the pages in order, and a futex call
  /// that finds the page through the page table takes no lock.)
  private static func pageWise(_ lanes: [Scenario.Lane]) -> String? {
    for (index, lane) in lanes.enumerated() {
      guard let taker = lane.operations.first(where: { $0.action.takesSeveralPages }) else { continue }
      for (number, other) in lanes.enumerated() where number != index {
        // One call that looks at two pages faults at either, as it does after all are gone.
        let looks = other.operations.map { Set($0.action.words.map { $0.offset / Limits.pageBytes }) }
        let pages = looks.reduce(into: Set()) { $0.formUnion($1) }
        if looks.count(where: { !$0.isEmpty }) > 1, pages.count > 1 {
          return "\(taker.kind.keyword) of several pages, one after the other, beside a lane that looks at two"
        }
      }
    }
    return nil
  }

  /// The allow-list: a shared call on an object's page, beside an operation of another lane that is not done and
  /// takes pages from that object.
  private func mayFaultSpuriously(_ operation: Operation, _ lane: Int, _ node: Node) -> Bool {
    guard let id = operation.actor, let actor = node.state.actor(id) else { return false }
    let objects = operation.action.sharedWords.compactMap { address -> ObjectID? in
      guard let position = address.position else { return nil }
      return node.state.spaces[Int(actor.space)].region(at: position)?.offset(at: position)?.object
    }
    if objects.isEmpty { return false }
    // The other operation may just have begun (not done), or be about to end (the last that was done).
    return lanes.indices.contains { other in
      guard other != lane else { return false }
      let near = max(0, node.done[other] - 1)..<min(node.done[other] + 1, lanes[other].operations.count)
      return lanes[other].operations[near].contains { taker in
        objects.contains { node.state.takesPages(taker, lanes[other].actor, from: $0) }
      }
    }
  }
}

extension RaceSearch.Node {
  fileprivate mutating func record(_ result: PromisedResult, _ ended: [EndedWaiter], _ lane: Int) {
    done[lane] += 1
    outcome.results[lane].append(result)
    if !ended.isEmpty { outcome.ended = (outcome.ended + ended).sorted { $0.waiter < $1.waiter } }
  }
}

extension ContractState {
  /// Whether an operation takes pages away from an object: truncation and hole punch.
  fileprivate func takesPages(_ operation: Operation, _ lane: ActorID, from object: ObjectID) -> Bool {
    switch operation.action {
    case .truncate(let file, _), .punch(let file, _): return self.file(file)?.object == object
    case .remove(let slot, let pages):
      guard let actor = actor(operation.actor ?? lane) else { return false }
      let space = spaces[Int(actor.space)]
      let range = space.positions(slot, pages)
      return space.regions.contains {
        if case .object(object, _) = $0.backing { $0.range.overlaps(range) } else { false }
      }
    default: return false
    }
  }
}

extension Action {
  fileprivate var endsByItself: Bool {
    switch self {
    case .wait(_, _, value: _, bitset: _, let timeout, _), .waitv(_, _, let timeout): timeout.endsByItself
    default: false
    }
  }

  /// Whether it may take more than one page from a mapping or an object.
  fileprivate var takesSeveralPages: Bool {
    switch self {
    case .truncate(_, let pages): pages < Limits.pages - 1
    case .punch(_, let pages), .unmap(_, let pages), .remove(_, let pages): pages.count > 1
    case .map: true
    default: false
    }
  }

  /// The words that it looks at, in whatever way.
  fileprivate var words: [Address] {
    switch self {
    case .store(let address, _), .load(let address): [address]
    case .wait(_, let address, value: _, bitset: _, _, _), .wake(let address, count: _, bitset: _, _),
      .lockPI(let address, _), .tryLockPI(let address, _), .unlockPI(let address, _):
      [address]
    case .waitv(_, let words, _): words.map(\.address)
    case .requeue(let from, let to, wake: _, move: _, _),
      .compareRequeue(let from, let to, wake: _, move: _, value: _, _),
      .wakeOp(let from, let to, wake: _, wake2: _, _, _):
      [from, to]
    default: []
    }
  }

  /// The words of which it derives shared keys.
  fileprivate var sharedWords: [Address] {
    switch self {
    case .wait(_, let address, value: _, bitset: _, _, let mode), .wake(let address, count: _, bitset: _, let mode),
      .lockPI(let address, let mode), .tryLockPI(let address, let mode), .unlockPI(let address, let mode):
      mode.isPrivate ? [] : [address]
    case .waitv(_, let words, _): words.filter { !$0.mode.isPrivate }.map(\.address)
    case .requeue(let from, let to, wake: _, move: _, let mode),
      .compareRequeue(let from, let to, wake: _, move: _, value: _, let mode),
      .wakeOp(let from, let to, wake: _, wake2: _, _, let mode):
      mode.isPrivate ? [] : [from, to]
    default: []
    }
  }
}
