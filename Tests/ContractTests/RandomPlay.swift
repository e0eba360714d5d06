import Scenario
import Testing

import class Foundation.ProcessInfo

/// A generator with a seed (SplitMix64), so that a failure can be played again.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
  /// Pinned by KEYWAKE_SEED, else another one each time.
  static var seed: UInt64 {
    ProcessInfo.processInfo.environment["KEYWAKE_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1_000_000_000)
  }
}

/// Random operations on a few actors, files and slots: dense, so that they meet.
struct RandomPlay {
  var random: Seeded
  var actors: [ActorID] = []
  var ended: Set<ActorID> = []
  var files: UInt8 = 0
  var waiters: UInt8 = 0

  private let played: UInt64

  init(seed: UInt64) {
    random = Seeded(seed)
    played = seed
  }

  private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }
  private mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }
  private mutating func pages() -> PageRange {
    if below(2) == 0 { return .all }
    let first = UInt8(below(3))
    return PageRange(first, first + UInt8(below(2)))
  }
  mutating func slot() -> SlotID { SlotID(UInt8(below(3))) }
  mutating func word() -> Address {
    if below(24) == 0 { return Address(.special(pick(SpecialAddress.allCases)), offset: UInt32(below(2)) * 4) }
    let page: UInt32 = pick([0, 0, 0x1000, 0x2000, 0x20_0000])
    return Address(slot(), page + UInt32(below(3)) * 4 + (below(30) == 0 ? 2 : 0))
  }
  private mutating func aligned() -> Address {
    var address = word()
    address.offset &= ~3
    return address
  }
  private mutating func mode() -> FutexMode {
    FutexMode(isPrivate: below(4) == 0, interface: below(3) == 0 ? .futex2 : .legacy)
  }
  private mutating func count() -> Int32 { pick([1, 1, 1, 2, 9, 0, -1]) }

  var living: [ActorID] { actors.filter { !ended.contains($0) } }

  /// Two processes with one file between them, so that much can meet from the start.
  private var prelude: [Operation] {
    let a = ActorID(0)
    let b = ActorID(1)
    let file = FileID(0)
    let pages = PageRange(0, 1)
    return [
      Operation(nil, .process(a)), Operation(nil, .process(b)),
      Operation(nil, .file(file, FileKind(rawValue: UInt8(played % 7)) ?? .memfd, pages: 2)),
      Operation(a, .map(SlotID(0), .file(file, pages), .shared, .readWrite, [])),
      Operation(b, .map(SlotID(1), .file(file, pages), .shared, .readWrite, [])),
      Operation(a, .map(SlotID(1), .anonymous(pages: 2), .private, .readWrite, [])),
      Operation(b, .map(SlotID(0), .file(file, pages), .private, .readWrite, [])),
    ]
  }
  private var done = 0

  mutating func next() -> Operation {
    if done < prelude.count {
      actors = [ActorID(0), ActorID(1)]
      files = 1
      done += 1
      return prelude[done - 1]
    }
    if living.isEmpty || (actors.count < 3 && below(3) == 0) {
      let new = ActorID(UInt8(actors.count))
      actors.append(new)
      return Operation(nil, .process(new))
    }
    if files < 3, below(4) == 0 {
      files += 1
      return Operation(nil, .file(FileID(files - 1), pick(FileKind.allCases), pages: 2))
    }
    let actor = pick(living)
    if actors.count < 7, below(40) == 0 {
      let new = ActorID(UInt8(actors.count))
      actors.append(new)
      return Operation(actor, .fork(new))
    }
    if living.count > 1, below(60) == 0 {
      ended.insert(actor)
      return Operation(actor, .exit)
    }
    return Operation(actor, action())
  }

  private mutating func action() -> Action {
    let file = FileID(UInt8(below(max(1, Int(files)))))
    if waiters < 32, below(4) == 0 { return wait() }
    switch below(34) {
    case 0, 1:
      let source: MapSource =
        files > 0 && below(3) > 0 ? .file(file, PageRange(0, UInt8(below(3)))) : .anonymous(pages: 2)
      var options: MapOptions = below(5) == 0 ? .populate : []
      if case .anonymous = source, below(5) == 0 { options.insert(.hugetlb) }
      return .map(slot(), source, pick([.shared, .private]), pick([.readWrite, .readWrite, .read, .none]), options)
    case 2 where below(3) == 0: return .unmap(slot(), pages())
    case 4: return .remap(SlotID(0), to: SlotID(UInt8(1 + below(2))), duplicate: below(3) == 0)
    case 5: return .protect(slot(), pick(Protection.allCases), pages())
    case 6: return .remove(slot(), pages())
    case 7: return .dontneed(slot(), pages())
    case 8: return pick([.pageout(slot(), pages()), .swapin(slot(), pages()), .merge(slot(), pages())])
    case 9: return .truncate(file, pages: UInt8(1 + below(3)))
    case 10: return pick([.grow(file, pages: UInt8(1 + below(3))), .punch(file, PageRange(0, UInt8(below(2))))])
    case 11: return pick([.close(file), .reopen(file), .reopen(file), .rename(file), .dropCaches(nil)])
    case 12, 13, 14: return .store(aligned(), UInt32(below(3)))
    case 15, 16: return .load(aligned())
    case 21: return .requeue(word(), word(), wake: count(), move: count(), pick([.shared, .private]))
    case 22:
      return .compareRequeue(word(), word(), wake: 1, move: 1, value: UInt32(below(2)), .shared)
    case 23:
      return .wakeOp(word(), word(), wake: 1, wake2: 1, WakeOperation(.add, 1, .equal, 0), pick([.shared, .private]))
    case 24 where waiters > 0: return .cancel(WaiterID(UInt8(below(Int(waiters)))))
    case 25: return pick([.lockPI(word(), .shared), .unlockPI(word(), .shared), .robust(aligned())])
    default: return .wake(word(), count: count(), bitset: pick([.max, .max, 2]), mode())
    }
  }

  private mutating func wait() -> Action {
    waiters += 1
    let id = WaiterID(waiters - 1)
    if below(5) == 0 {
      return .waitv(id, [WaitWord(word(), value: 0), WaitWord(word(), value: 0)], .none)
    }
    return .wait(id, word(), value: UInt32(below(8) / 7), bitset: pick([.max, .max, 1, 6]), .none, mode())
  }
}
