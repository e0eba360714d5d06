/// A schedule as text: the lanes that step, numbered from 1, `1/2*5` for a step of lane 1 and five of lane 2.
public enum StepList {
  /// Steps that a schedule may have.
  public static let most = 100_000

  public static func text(_ schedule: [UInt8]) -> String {
    var parts: [String] = []
    var at = 0
    while at < schedule.count {
      let end = schedule[at...].firstIndex { $0 != schedule[at] } ?? schedule.count
      parts.append(end - at == 1 ? "\(schedule[at] + 1)" : "\(schedule[at] + 1)*\(end - at)")
      at = end
    }
    return parts.joined(separator: "/")
  }

  /// The schedule, of at most ``most`` steps; `nil` when the text is none.
  public static func schedule(_ text: some StringProtocol) -> [UInt8]? {
    var schedule: [UInt8] = []
    for part in text.split(separator: "/", omittingEmptySubsequences: false) {
      let halves = part.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
      guard let lane = UInt8(halves[0]), (1...8).contains(lane) else { return nil }
      guard let count = halves.count == 1 ? 1 : Int(halves[1]), (1...most).contains(count),
        schedule.count + count <= most
      else {
        return nil
      }
      schedule += [UInt8](repeating: lane - 1, count: count)
    }
    return schedule
  }
}
