/// Where the plans of races come from.
public struct RaceSchedule: Hashable, Sendable {
  public var seed: UInt64
  /// The longest delay of a lane, in turns of an idle loop (some tens of nanoseconds each).
  public var jitter: Int
  /// By lane, how late it begins in a schedule that is followed, from 0 to 1; empty: none is followed.
  public var lateness: [Double] = []
  /// By lane, delays that came close to it: most runs are laid out near one of them.
  public var favourites: [[Int]] = []
  /// The number of the next run.
  public var next: UInt64 = 0

  public init(seed: UInt64 = 0, jitter: Int = 400) {
    self.seed = seed
    self.jitter = jitter
  }
}
