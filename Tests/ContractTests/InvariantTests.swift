import Scenario
import Testing

@testable import Contract

/// What must hold whatever is played: random walks, seeded.
struct InvariantTests {
  private static let walks = 60
  private static let steps = 60

  private func walk(_ seed: UInt64, _ body: (inout Contract, Operation, inout RandomPlay) -> Void) {
    var play = RandomPlay(seed: seed)
    var contract = Contract(release: Play.newest)
    for _ in 0..<Self.steps where contract.lost == nil {
      let operation = play.next()
      body(&contract, operation, &play)
    }
  }
  /// Does the operation as one of its ways says, any of them.
  private func follow(_ contract: inout Contract, _ operation: Operation, _ play: inout RandomPlay, _ seed: UInt64)
    -> Way?
  {
    let promise = contract.promise(for: operation)
    guard let way = promise.ways.randomElement(using: &play.random) else { return nil }
    let result: OperationResult
    switch way.result {
    case .exactly(let exact): result = exact
    case .anyValue: result = .value(Int64.random(in: 0...9, using: &play.random))
    case .anything: result = .error(.EINVAL)
    }
    do {
      try contract.step(operation, observed: Observation(result, ended: way.ended))
    } catch {
      Issue.record("seed \(seed): a promised way is not allowed: \(error)")
    }
    return way
  }
  private func walks(_ body: (UInt64) -> Void) {
    let seed = Seeded.seed
    for index in 0..<UInt64(Self.walks) { body(seed &+ index) }
  }

  /// Each waiter is asleep from its start until it ends, and ends once.
  @Test func waitersAreConserved() {
    var met = (slept: 0, ended: 0)
    walks { seed in
      var asleep: Set<WaiterID> = []
      var gone: Set<WaiterID> = []
      walk(seed) { contract, operation, play in
        guard let way = follow(&contract, operation, &play, seed) else { return }
        if way.result == .exactly(.waiting) {
          let id = operation.action.waiter
          if let id { asleep.insert(id) }
          met.slept += 1
        }
        for end in way.ended {
          #expect(asleep.remove(end.waiter) != nil, "seed \(seed): \(end.waiter) ended but was not asleep")
          #expect(gone.insert(end.waiter).inserted, "seed \(seed): \(end.waiter) ended twice")
          met.ended += 1
        }
        for state in contract.states {
          #expect(Set(state.queue.map(\.waiter)) == asleep, "seed \(seed) after \(operation)")
        }
      }
    }
    #expect(met.slept > Self.walks / 4 && met.ended > 4, "the walks were too tame: \(met)")
  }

  @Test func stateIsWellFormed() {
    walks { seed in
      walk(seed) { contract, operation, play in
        _ = follow(&contract, operation, &play, seed)
        for state in contract.states {
          for object in state.objects {
            #expect(object.words.entries.allSatisfy { $0.position < object.size }, "seed \(seed) after \(operation)")
          }
          for space in state.spaces { checkSpace(space, "seed \(seed) after \(operation)") }
        }
      }
    }
  }

  private func checkSpace(_ space: AddressSpace, _ comment: Comment) {
    for (left, right) in zip(space.regions, space.regions.dropFirst()) {
      #expect(left.range.upperBound <= right.range.lowerBound, comment)
    }
    #expect(space.regions.allSatisfy { !$0.range.isEmpty }, comment)
    #expect(space.copies == Array(Set(space.copies)).sorted(), comment)
    for copy in space.copies {
      let region = space.region(at: copy)
      #expect(region?.isPrivate == true && region?.isAnonymous == false, comment)
    }
    for entry in space.privateWords.entries {
      #expect(space.region(at: entry.position)?.isPrivate == true, comment)
      #expect(entry.value != .known(0), comment)
    }
    let positions = space.privateWords.entries.map(\.position)
    #expect(positions == Array(Set(positions)).sorted(), comment)
  }

  /// The same operations give the same promises, and asking changes nothing.
  @Test func deterministic() {
    walks { seed in
      var first: [Promise] = []
      walk(seed) { contract, operation, play in
        let before = contract
        let asked = contract.promise(for: operation)
        #expect(contract == before)
        var other = contract
        #expect(other.step(operation) == asked, "seed \(seed)")
        _ = follow(&contract, operation, &play, seed)
        first.append(asked)
      }
      var second: [Promise] = []
      walk(seed) { contract, operation, play in
        second.append(contract.promise(for: operation))
        _ = follow(&contract, operation, &play, seed)
      }
      #expect(first == second, "seed \(seed)")
    }
  }

  /// What leaves no choice has one way, and being done in place it comes to the same.
  @Test func choicesAreForeseen() {
    walks { seed in
      walk(seed) { contract, operation, play in
        if contract.states.count == 1, !contract.states[0].leavesChoice(operation) {
          var stepped = contract
          #expect(stepped.step(operation).ways.count <= 1, "seed \(seed): \(operation)")
          _ = follow(&contract, operation, &play, seed)
          #expect(contract == stepped, "seed \(seed): \(operation)")
        } else {
          _ = follow(&contract, operation, &play, seed)
        }
        #expect(contract.lost == nil, "seed \(seed)")
      }
    }
  }

  /// `keys` finds the partition that the keys themselves give, once it is done.
  @Test func keysAgreeWithTheKeyFunction() {
    walks { seed in
      walk(seed) { contract, operation, play in
        _ = follow(&contract, operation, &play, seed)
        let living = play.living
        guard living.count > 1, operation.kind == .store, contract.states.count == 1 else { return }
        let words = (0..<6).map { _ in
          var address = play.word()
          address.offset &= ~3
          return ActorAddress(living.randomElement(using: &play.random) ?? living[0], address)
        }
        let promise = contract.step(Operation(nil, .keys(words, isPrivate: false)))
        guard case .exactly(.partition(let classes)) = promise.ways.first?.result else {
          Issue.record("seed \(seed): no partition")
          return
        }
        let keys = words.map { contract.states[0].key(of: $0) }
        for i in words.indices {
          for j in words.indices {
            switch (keys[i], keys[j]) {
            case (.success, .success): #expect((keys[i] == keys[j]) == (classes[i] == classes[j]), "seed \(seed)")
            case (.failure(let error), _): #expect(classes[i] == .none(error), "seed \(seed)")
            default: break
            }
          }
        }
      }
    }
  }

  /// A wake with the private flag never faults: it answers a number for each aligned user address.
  @Test func privateWakeNeverFaults() {
    walks { seed in
      walk(seed) { contract, operation, play in
        _ = follow(&contract, operation, &play, seed)
        guard let actor = play.living.first else { return }
        var address = play.word()
        address.offset &= ~3
        if address.base == .special(.kernel) || address.base == .special(.vsyscall) { return }
        for way in contract.promise(for: Operation(actor, .wake(address, 1, .private))).ways {
          guard case .exactly(.value) = way.result else {
            Issue.record("seed \(seed): \(way)")
            return
          }
        }
      }
    }
  }

  /// Reading changes no value, and a fork's copy reads as its parent.
  @Test func forkReadsAsItsParent() {
    walks { seed in
      walk(seed) { contract, operation, play in
        _ = follow(&contract, operation, &play, seed)
        guard case .fork(let child) = operation.action, let parent = operation.actor, contract.states.count == 1
        else { return }
        for slot in UInt8(0)..<3 {
          for offset: UInt32 in [0, 4, 0x1000, 0x1004, 0x2000] {
            let address = Address(SlotID(slot), offset)
            let promised = [parent, child].map {
              contract.promise(for: Operation($0, .load(address))).ways.map(\.result)
            }
            #expect(promised[0] == promised[1], "seed \(seed): \(address)")
          }
        }
      }
    }
  }
}

extension Action {
  fileprivate var waiter: WaiterID? {
    switch self {
    case .wait(let waiter, _, value: _, bitset: _, _, _), .waitv(let waiter, _, _): waiter
    default: nil
    }
  }
}
