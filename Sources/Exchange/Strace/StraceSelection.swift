/// Which words of a log become a scenario, where not all of them fit: the more a log holds, the more a word must have
/// to do with sleeping and waking.
enum StraceSelection {
  /// Words that somebody waits on. Most libraries wake words that nobody does.
  case waitedOn
  /// Words on which a wake has met a waiter of another process or thread.
  case met
  /// The same, in shared memory.
  case metInSharedMemory
  /// So many of those on which most waiters were met.
  case busiest(Int)

  /// From the richest to the narrowest.
  static let all: [StraceSelection] =
    [.waitedOn, .met, .metInSharedMemory] + [16, 8, 4, 3, 2, 1].map { .busiest($0) }

  var text: String {
    switch self {
    case .waitedOn: "only words that somebody waits on"
    case .met: "only words on which a wake met another one's wait"
    case .metInSharedMemory: "only words of shared memory on which a wake met another one's wait"
    case .busiest(1): "only the word on which most wakes met a wait"
    case .busiest(let count): "only the \(count) words on which most wakes met a wait"
    }
  }

  /// A word of an object, whoever has mapped it where.
  private struct Place: Hashable {
    var backing: StraceSpace.Backing
    var page: UInt64
    var offset: UInt32

    init(_ word: StraceWalk.Word, _ walk: StraceWalk) {
      backing = walk.instances[word.instance].mapping.backing
      page = word.page
      offset = word.offset
    }
  }

  /// What calls do to a word.
  private struct Use {
    /// Where in the log it comes first.
    var first: Int
    var waiters: Set<Int> = []
    var wakers: Set<Int> = []
    var isShared = false
    /// Waits that wakes have ended.
    var meetings: UInt64 = 0

    var isMet: Bool { meetings > 0 && waiters.contains { waiter in wakers.contains { $0 != waiter } } }
  }

  /// The walk with no other words, and no processes but those that use them and their ancestors.
  func applied(to walk: StraceWalk) -> StraceWalk {
    var uses: [Place: Use] = [:]
    for case .futex(let call, let words) in walk.deeds {
      let isWait = call.arguments.count > 1 && call.arguments[1].hasPrefix("FUTEX_WAIT")
      for word in words {
        var use = uses[Place(word, walk)] ?? Use(first: call.line)
        if isWait {
          use.waiters.insert(call.pid)
        } else {
          use.wakers.insert(call.pid)
          use.meetings += call.value ?? 0
        }
        use.isShared = use.isShared || walk.instances[word.instance].mapping.isShared
        uses[Place(word, walk)] = use
      }
    }
    let kept: Set<Place>
    switch self {
    case .waitedOn: kept = Set(uses.filter { !$0.value.waiters.isEmpty }.keys)
    case .met: kept = Set(uses.filter(\.value.isMet).keys)
    case .metInSharedMemory: kept = Set(uses.filter { $0.value.isMet && $0.value.isShared }.keys)
    case .busiest(let count):
      kept = Set(
        uses.filter(\.value.isMet).sorted {
          ($1.value.meetings, $0.value.first) < ($0.value.meetings, $1.value.first)
        }.prefix(count).map(\.key))
    }
    return walk.keeping { _, words in words.allSatisfy { kept.contains(Place($0, walk)) } }
  }
}

extension StraceWalk {
  /// Other futex calls are left out, with the processes that make no kept ones and have no descendants that do.
  func keeping(_ isKept: (StraceCall, [Word]) -> Bool) -> StraceWalk {
    var walk = self
    var needed: Set<Int> = []
    var parents: [Int: Int] = [:]
    for index in walk.instances.indices { walk.instances[index].pages = [] }
    for deed in deeds {
      switch deed {
      case .fork(let parent, let child), .thread(let parent, let child): parents[child] = parent
      case .futex(let call, let words) where isKept(call, words):
        needed.insert(call.pid)
        for word in words { walk.instances[word.instance].pages.insert(word.page) }
      default: break
      }
    }
    for pid in needed.sorted() {
      var next = parents[pid]
      while let ancestor = next, needed.insert(ancestor).inserted { next = parents[ancestor] }
    }
    walk.deeds = deeds.filter { deed in
      switch deed {
      case .fork(_, let pid), .thread(_, let pid), .exec(let pid), .exit(let pid), .map(let pid, _), .unmap(let pid, _),
        .protect(let pid, _, _), .advise(let pid, _, _):
        needed.contains(pid)
      case .futex(let call, let words): isKept(call, words)
      }
    }
    return walk
  }
}
