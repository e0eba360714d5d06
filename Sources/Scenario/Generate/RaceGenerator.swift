/// Small scenarios that end in a race of two processes, or of two threads of one, of the size that the simulated kernel
/// can exhaust.
public enum RaceGenerator {
  /// The same numbers give the same scenario.
  public static func scenario(number: UInt64, seed: UInt64) -> Scenario {
    var generator = SplitMix64(seed: seed ^ number &* 0x9e37_79b9_7f4a_7c15)
    let text = number % 4 == 3 ? Self.threads(&generator) : Self.text(&generator)
    do throws(ParseError) {
      return try ScenarioParser.parse(text, file: "race \(number)")
    } catch {
      // Every text that is put together below is valid; a test parses thousands.
      preconditionFailure("\(error)\n\(text)")
    }
  }

  /// Two threads, one of which may take away the last mapping of a file that nobody has open: its inode goes, and may be
  /// used again.
  static func threads(_ generator: inout some RandomNumberGenerator) -> String {
    func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
    let hasName = chance(50)
    var lines = ["keywake 1", "process a", "a thread t", "file f \(hasName ? "tmpfs" : "memfd") pages=1"]
    lines.append("a map x f pages=0..0 \(chance(85) ? "shared" : "private") \(chance(85) ? "rw" : "r")")
    lines.append("a load x+0")
    let isClosed = chance(75)
    if isClosed { lines += hasName ? ["a unlink f", "a close f"] : ["a close f"] }
    var waiters = 0
    func wait() -> String {
      defer { waiters += 1 }
      return "wait x+0 value=\(chance(85) ? 0 : 1) -> w\(waiters)"
    }
    if chance(30) { lines.append("a " + wait()) }
    lines.append("race")
    for isFirst in [true, false] {
      let count = Int.random(in: 1...(isFirst ? 1 : 2), using: &generator)
      let operations = (0..<count).map { number in
        switch Int.random(in: 0..<100, using: &generator) {
        case ..<(isFirst ? 70 : 10): "wake x+0 count=1"
        case ..<(isFirst ? 100 : 20): wait()
        case ..<60 where number == 0: "unmap x"
        case ..<75 where number == 0: "dontneed x"
        case ..<85 where number == 0: "pageout x"
        default: isClosed ? "load x+0" : "truncate f pages=0"
        }
      }
      lines.append("  lane \(isFirst ? "a" : "t"): " + operations.joined(separator: " ; "))
    }
    lines.append("end")
    return lines.joined(separator: "\n") + "\n"
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
