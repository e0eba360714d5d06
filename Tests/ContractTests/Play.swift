import Contract
import Scenario
import Testing

/// A few names, so that a test reads like a scenario.
let a = ActorID(0)
let b = ActorID(1)
let c = ActorID(2)
let f = FileID(0)
let g = FileID(1)
let x = SlotID(0)
let y = SlotID(1)
let z = SlotID(2)
func w(_ index: UInt8) -> WaiterID { WaiterID(index) }

func + (slot: SlotID, offset: UInt32) -> Address { Address(slot, offset) }
func at(_ special: SpecialAddress, _ offset: UInt32 = 0) -> Address { Address(.special(special), offset: offset) }

/// Plays operations on a Contract and checks what it promises.
struct Play {
  static let newest = KernelRelease(6, 18)
  var contract: Contract

  init(_ release: KernelRelease = newest) { contract = Contract(release: release) }

  /// With `a` and `b` started, and `f` made of two pages.
  static func two(_ kind: FileKind = .memfd, pages: UInt8 = 2, release: KernelRelease = newest) -> Play {
    var play = Play(release)
    play.run(nil, .process(a))
    play.run(nil, .process(b))
    play.run(nil, .file(f, kind, pages: pages))
    return play
  }

  /// Does it, whatever it comes to.
  @discardableResult mutating func run(_ actor: ActorID?, _ action: Action) -> Promise {
    contract.step(Operation(actor, action))
  }

  /// Does it, and the only way must be this one.
  mutating func expect(
    _ actor: ActorID?, _ action: Action, _ result: OperationResult, ended: [EndedWaiter] = [], rule: Rule? = nil,
    _ location: SourceLocation = #_sourceLocation
  ) {
    let promise = contract.step(Operation(actor, action))
    #expect(promise.only == Observation(result, ended: ended), sourceLocation: location)
    if let rule { #expect(promise.ways.first?.rule == rule, sourceLocation: location) }
  }
  mutating func expect(
    _ actor: ActorID?, _ action: Action, _ value: Int64, wakes: [WaiterID] = [], rule: Rule? = nil,
    _ location: SourceLocation = #_sourceLocation
  ) {
    expect(actor, action, .value(value), ended: wakes.map { EndedWaiter($0, .woken) }, rule: rule, location)
  }
  mutating func expect(
    _ actor: ActorID?, _ action: Action, _ error: ErrorCode, rule: Rule? = nil,
    _ location: SourceLocation = #_sourceLocation
  ) {
    expect(actor, action, .error(error), rule: rule, location)
  }

  /// The results that are allowed, in order.
  mutating func results(_ actor: ActorID?, _ action: Action) -> [PromisedResult] {
    var found: [PromisedResult] = []
    for way in contract.step(Operation(actor, action)).ways where !found.contains(way.result) {
      found.append(way.result)
    }
    return found
  }

  /// Does it as observed, which must be allowed.
  mutating func observe(
    _ actor: ActorID?, _ action: Action, _ result: OperationResult, ended: [EndedWaiter] = [],
    _ location: SourceLocation = #_sourceLocation
  ) {
    do {
      try contract.step(Operation(actor, action), observed: Observation(result, ended: ended))
    } catch {
      Issue.record("not allowed: \(error)", sourceLocation: location)
    }
  }

  func key(_ actor: ActorID, _ address: Address, _ access: KeyAccess = .read, _ mode: FutexMode = .shared)
    -> Answer<Key, ErrorCode>
  {
    contract.states[0].key(of: ActorAddress(actor, address), access: access, mode: mode)
  }
}

extension Action {
  static func map(
    _ slot: SlotID, _ file: FileID, _ first: UInt8 = 0, _ last: UInt8 = 1, _ sharing: Sharing = .shared,
    _ protection: Protection = .readWrite, _ options: MapOptions = []
  ) -> Action {
    .map(slot, .file(file, PageRange(first, last)), sharing, protection, options)
  }
  static func anonymous(
    _ slot: SlotID, pages: UInt8 = 2, _ sharing: Sharing = .private, _ protection: Protection = .readWrite,
    _ options: MapOptions = []
  ) -> Action {
    .map(slot, .anonymous(pages: pages), sharing, protection, options)
  }
  static func wait(
    _ waiter: UInt8, _ address: Address, value: UInt32 = 0, bitset: UInt32 = .max, _ mode: FutexMode = .shared
  ) -> Action {
    .wait(w(waiter), address, value: value, bitset: bitset, .none, mode)
  }
  static func wake(_ address: Address, _ count: Int32 = 1, _ mode: FutexMode = .shared) -> Action {
    .wake(address, count: count, bitset: .max, mode)
  }
  static func keys(_ words: (ActorID, Address)..., isPrivate: Bool = false) -> Action {
    .keys(words.map { ActorAddress($0.0, $0.1) }, isPrivate: isPrivate)
  }
}
