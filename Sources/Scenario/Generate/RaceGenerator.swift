/// Small scenarios that end in a race of two processes, of the size that the simulated kernel can exhaust.
public enum RaceGenerator {
  /// The same numbers give the same scenario.
  public static func scenario(number: UInt64, seed: UInt64) -> Scenario {
    var generator = SplitMix64(seed: seed ^ number &* 0x9e37_79b9_7f4a_7c15)
    let text = Self.text(&generator)
    do throws(ParseError) {
      return try ScenarioParser.parse(text, file: "race \(number)")
    } catch {
      // Every text that is put together below is valid; a test parses thousands.
      preconditionFailure("\(error)\n\(text)")
    }
  }

  static func text(_ generator: inout some RandomNumberGenerator) -> String {
    func pick(_ words: [String]) -> String { words.randomElement(using: &generator) ?? "" }
    func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
    let pages = Int.random(in: 1...2, using: &generator)
    let word = pick(["0", "0x10"])
    let page = Int.random(in: 0..<pages, using: &generator)
    let offset = page == 0 ? word : "0x" + String(4096 + (word == "0" ? 0 : 16), radix: 16)
    var lines = ["keywake 1", "process a", "process b", "file f \(pick(["memfd", "tmpfs"])) pages=\(pages)"]
    for (actor, slot) in [("a", "x"), ("b", "y")] {
      let sharing = chance(85) ? "shared" : "private"
      lines.append("\(actor) map \(slot) f pages=0..\(pages - 1) \(sharing) \(chance(85) ? "rw" : "r")")
    }
    var waiters = 0
    func wait(_ slot: String) -> String {
      defer { waiters += 1 }
      return "wait \(slot)+\(offset) value=\(chance(85) ? 0 : 1) -> w\(waiters)"
    }
    if chance(30) { lines.append("a load x+\(offset)") }
    if chance(25) { lines.append("a pageout x") }
    if chance(60) { lines.append("a " + wait("x")) }
    if chance(25) { lines.append("b " + wait("y")) }
    lines.append("race")
    for (actor, slot) in [("a", "x"), ("b", "y")] {
      let count = Int.random(in: 1...2, using: &generator)
      let operations = (0..<count).map { _ in
        switch Int.random(in: 0..<100, using: &generator) {
        case ..<30: "wake \(slot)+\(offset) count=\(Int.random(in: 1...2, using: &generator))"
        case ..<50: wait(slot)
        case ..<58: "load \(slot)+\(offset)"
        case ..<64: "store \(slot)+\(offset) 1"
        case ..<76: "pageout \(slot)"
        case ..<82: "migrate \(slot)"
        case ..<88: "drop-caches f"
        case ..<94: "punch f pages=\(page)..\(page)"
        default: "truncate f pages=\(Int.random(in: 0..<pages, using: &generator))"
        }
      }
      lines.append("  lane \(actor): " + operations.joined(separator: " ; "))
    }
    lines.append("end")
    return lines.joined(separator: "\n") + "\n"
  }
}
