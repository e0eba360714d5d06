import Scenario

/// A schedule that the simulated kernel found, as far as a live kernel can be led towards it: when each lane begins and
/// ends among the others. What happens inside a call cannot be led.
public struct FollowedSchedule: Sendable, Equatable {
  /// By lane: the places of its first and its last step in the schedule.
  public let first: [Int]
  public let last: [Int]
  private let count: Int

  /// - Parameter steps: the lanes that step, from 0.
  /// - Returns: `nil` when a lane has no step in it.
  public init?(steps: [UInt8], lanes: Int) {
    var first: [Int] = []
    var last: [Int] = []
    for lane in 0..<UInt8(lanes) {
      guard let begin = steps.firstIndex(of: lane), let end = steps.lastIndex(of: lane) else { return nil }
      first.append(begin)
      last.append(end)
    }
    self.first = first
    self.last = last
    count = steps.count
  }

  /// By lane, how late it begins, from 0 to 1.
  public var lateness: [Double] { first.map { Double($0) / Double(max(1, count)) } }

  /// How many of the orders between the lanes' beginnings and ends a run had in common with it, and of how many.
  public func agreement(_ times: [(began: UInt64, ended: UInt64)]) -> (same: Int, of: Int) {
    guard times.count == first.count else { return (0, 0) }
    var same = 0
    var all = 0
    for left in times.indices {
      for right in times.indices where left < right {
        let pairs: [(Bool, Bool)] = [
          (first[left] < first[right], times[left].began < times[right].began),
          (last[left] < last[right], times[left].ended < times[right].ended),
          (first[left] < last[right], times[left].began < times[right].ended),
          (first[right] < last[left], times[right].began < times[left].ended),
        ]
        all += pairs.count
        same += pairs.count { $0 == $1 }
      }
    }
    return (same, all)
  }

  /// Over many runs.
  public struct Closeness: Sendable, Equatable {
    public private(set) var runs = 0
    /// Runs in which each order was the same.
    public private(set) var whole = 0
    private var same = 0
    private var all = 0

    mutating func add(_ schedule: FollowedSchedule, _ times: [(began: UInt64, ended: UInt64)]) {
      let (same, all) = schedule.agreement(times)
      guard all > 0 else { return }
      runs += 1
      if same == all { whole += 1 }
      self.same += same
      self.all += all
    }

    /// In percent, over all runs.
    public var mean: Int { all == 0 ? 0 : 100 * same / all }
  }
}
