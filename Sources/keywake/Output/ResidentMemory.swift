import Campaign
import Glibc

/// How much memory this process holds, early in a long run and at its end: flat, or it leaks.
struct ResidentMemory: Encodable {
  /// When the first look is taken: what is allocated once is there by then.
  static let warmUp = 30.0
  /// KiB after `warmUp` seconds, or at the end of a shorter run.
  private(set) var early: Int?
  /// The run was long enough for the early look.
  private var isWarm = false
  /// KiB at the end.
  private(set) var end: Int?

  /// Looks once the run is warm.
  mutating func look(at elapsed: Double) {
    if early == nil, elapsed >= Self.warmUp {
      early = Self.now
      isWarm = true
    }
  }

  enum CodingKeys: String, CodingKey { case early, end }

  mutating func finish() {
    end = Self.now
    if early == nil { early = end }
  }

  var text: String? {
    guard let early, let end else { return nil }
    let warm = isWarm ? "\(SummaryText.grouped(UInt64(early))) KiB after \(Int(Self.warmUp)) s, " : ""
    return "memory of this process: \(warm)\(SummaryText.grouped(UInt64(end))) KiB at the end"
  }

  private static var now: Int? { ProcessMemory.resident(of: getpid()).map(Int.init) }
}
