import Scenario

/// How the lanes of one run of a race are laid against each other. It follows from the seed and the run's number.
public struct RacePlan: Hashable, Sendable {
  /// For each lane the idle turns after the common start, the processor (of those allowed, by number), and before
  /// which of its commands it gives the processor away (a bit for each).
  public var lanes: [Lane] = []

  public struct Lane: Hashable, Sendable {
    public var delay = 0
    public var processor = 0
    public var yields: UInt32 = 0
  }

  /// The plan of a race of the run.
  ///
  /// Three runs in four give each lane a processor of its own as long as there are enough; the others put all lanes on
  /// one, or each anywhere. Eight runs, one after the other, have the same processors, and behind the first 64 so many:
  /// moving takes longer than a race.
  /// Delays are spread evenly over their magnitudes, so that short ones are as frequent as long ones; one lane has none.
  ///
  /// - Parameter jitter: the longest delay, in turns of an idle loop.
  public init(seed: UInt64, run: UInt64, lanes count: Int, jitter: Int) {
    var random = SplitMix64(seed: seed ^ (run &+ 1) &* 0x9e37_79b9_7f4a_7c15)
    let block = run < 64 ? run / 8 : 7 + run / 64
    var places = SplitMix64(seed: seed ^ (block &+ 1) &* 0x94d0_49bb_1331_11eb)
    let spread = Int.random(in: 0..<8, using: &places)
    let first = Int.random(in: 0..<64, using: &places)
    let prompt = count > 0 ? Int.random(in: 0..<count, using: &random) : 0
    for number in 0..<count {
      var lane = Lane()
      switch spread {
      case 0: lane.processor = first
      case 1: lane.processor = Int.random(in: 0..<64, using: &places)
      default: lane.processor = first + number
      }
      if spread < 2 { lane.yields = UInt32.random(in: .min ... .max, using: &random) }
      if number != prompt, jitter > 0 {
        let bits = Int.bitWidth - jitter.leadingZeroBitCount
        let limit = min(jitter, 1 << Int.random(in: 0...bits, using: &random))
        lane.delay = Int.random(in: 0...limit, using: &random)
      }
      lanes.append(lane)
    }
  }

  /// The plan of a run of this schedule.
  ///
  /// Where another schedule is followed, each lane has a processor of its own if there are enough. Delays stand in the
  /// ratio of its beginnings, at a scale that is swept over its magnitudes, and moved by a tenth at random; or, three
  /// times in four, they are those of a favourite, moved by as much.
  public init(_ schedule: RaceSchedule, run: UInt64, lanes count: Int) {
    self.init(seed: schedule.seed, run: run, lanes: count, jitter: schedule.jitter)
    guard schedule.lateness.count == count, schedule.jitter > 0 else { return }
    var random = SplitMix64(seed: schedule.seed ^ (run &+ 1) &* 0xbf58_476d_1ce4_e5b9)
    var wanted: [Double]
    var scale: Double
    if let favourite = schedule.favourites.randomElement(using: &random), Int.random(in: 0..<4, using: &random) > 0 {
      wanted = favourite.map { Double($0) }
      scale = (wanted.max() ?? 0) + 8
    } else {
      let bits = Int.bitWidth - schedule.jitter.leadingZeroBitCount
      scale = Double(min(schedule.jitter, 1 << Int.random(in: 0...bits, using: &random)))
      wanted = schedule.lateness.map { scale * $0 }
    }
    for index in lanes.indices {
      let delay = Int(wanted[index] + scale * Double.random(in: -0.1...0.1, using: &random))
      lanes[index].delay = min(max(0, delay), schedule.jitter)
      lanes[index].processor = index
      lanes[index].yields = 0
    }
  }

  /// `+12@0 +0@1`: delay and processor of each lane.
  public var text: String {
    lanes.map { "+\($0.delay)@\($0.processor)" + ($0.yields == 0 ? "" : "/" + String($0.yields, radix: 16)) }
      .joined(separator: " ")
  }
}
