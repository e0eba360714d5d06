extension LaneCode {
  /// Where somebody looks at a lock without taking it, the store that takes it is a store as any other: on weak machines
  /// an acquired lock orders what comes after it behind the load of the lock's word, and not behind its store
  /// (11d4616bd07f gave up `spin_is_locked` for it). Elsewhere nobody can tell.
  static func delayLocks(_ lanes: inout [LaneCode]) {
    var looked: [(ObjectKind, UInt8)] = []
    for lane in lanes {
      for case .atomic(.spinIsLocked, _, let kind, _, let offset, _, _) in lane.instructions {
        looked.append((kind, offset))
      }
    }
    guard !looked.isEmpty else { return }
    for lane in lanes.indices {
      for line in lanes[lane].lines.indices {
        for at in lanes[lane].lines[line].first..<lanes[lane].lines[line].end {
          guard
            case .atomic(.spinLock, let to, let kind, let base, let offset, let a, _) = lanes[lane].instructions[at],
            looked.contains(where: { $0 == (kind, offset) })
          else { continue }
          lanes[lane].instructions[at] = .bufferedAtomic(.spinLock, to, kind, base: base, offset: offset, a)
          lanes[lane].orders[line].insert(.stores)
        }
      }
    }
  }
}
