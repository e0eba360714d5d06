import Explorer
import Foundation
import Machine
import Scenario
import Testing

/// Listings that somebody changed without understanding them: reading, linking and running them always ends, in bounds.
/// `KEYWAKE_SEED=N KEYWAKE_RUNS=1` runs the one that failed again.
@Suite struct StrangerProgramTests {
  struct Listing {
    var name: String
    var lines: [Substring]
  }
  static let runs = Int(ProcessInfo.processInfo.environment["KEYWAKE_RUNS"] ?? "") ?? 600
  static let seed = UInt64(ProcessInfo.processInfo.environment["KEYWAKE_SEED"] ?? "") ?? 1

  /// Every program of the listings, from its heading to its end.
  static func listings() throws -> [Listing] {
    let folder = LitmusCorpus.folder.appending(path: "../../Sources/Machine/Programs").standardized
    var listings: [Listing] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted() {
      guard name.hasSuffix(".kwp") else { continue }
      let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      var lines: [Substring] = []
      for line in text.split(separator: "\n") {
        if line.hasPrefix("program ") { lines = [] }
        lines.append(line)
        guard line == "end", let heading = lines.first else { continue }
        listings.append(Listing(name: String(heading.split(separator: " ")[1]), lines: lines))
      }
    }
    return listings
  }

  @Test func changedListingsEndAndStayInBounds() throws {
    let listings = try Self.listings()
    #expect(listings.count > 80)
    let library = try ProgramLibrary.builtIn()
    let words = Array(Set(listings.flatMap { $0.lines.dropFirst().flatMap { $0.split(separator: " ") } })).sorted()
    // Races by the programs that they are made of.
    var races: [String: [Litmus]] = [:]
    for litmus in try LitmusCorpus.all() {
      for program in try Race(litmus, variant: "derive.current", library: library).usedPrograms.sorted() {
        races[program, default: []].append(litmus)
      }
    }
    var refused = 0
    var ran = 0
    for run in 0..<UInt64(Self.runs) {
      var random = SplitMix64(seed: Self.seed &+ run)
      random = SplitMix64(seed: random.next() ^ 0x73a1)
      let listing = listings[random.below(listings.count)]
      let text = Self.changed(listing.lines, words, &random)
      var altered = library
      guard (try? altered.add(text: text, file: "stranger.kwp")) != nil else {
        refused += 1
        continue
      }
      let isDerivation = listing.name.hasPrefix("derive.")
      let candidates = races[isDerivation ? "derive.current" : listing.name] ?? []
      guard !candidates.isEmpty else { continue }
      let litmus = candidates[random.below(candidates.count)]
      guard
        let race = try? Race(
          litmus, variant: isDerivation ? listing.name : "derive.current", library: altered)
      else {
        refused += 1
        continue
      }
      ran += 1
      let wrong = Self.outOfBounds(race, &random)
      #expect(wrong == nil, "seed \(Self.seed &+ run), \(litmus.name): \(wrong ?? "")\n\(text)")
    }
    if Self.runs > 100 {
      #expect(ran > Self.runs / 20 && refused > Self.runs / 20, "\(ran) ran, \(refused) were refused")
    }
  }

  /// What a race with a stranger's program exceeds.
  static func outOfBounds(_ race: Race, _ random: inout SplitMix64) -> String? {
    for lane in race.interpreter.lanes where lane.lineCount > ProgramLimits.linkedLines + 8 {
      return "a lane of \(lane.lineCount) lines"
    }
    var state = race.initial
    let threads = race.interpreter.laneCount
    for _ in 0..<400 {
      let thread = random.below(threads)
      let outcome = state.edit { race.step($0, thread: thread) }
      if outcome.lines > ProgramLimits.localLines + 1 { return "a step of \(outcome.lines) lines" }
      if outcome.kind == .violation { break }
    }
    let report = ExhaustiveSearch.run(race, limits: SearchLimits(states: 800))
    return report.states > 800 + threads ? "\(report.states) states where 800 are allowed" : nil
  }

  /// The text with one to four small changes.
  static func changed(_ lines: [Substring], _ words: [Substring], _ random: inout SplitMix64) -> String {
    var lines = lines
    for _ in 0...random.below(4) {
      let at = random.below(lines.count)
      switch random.below(9) {
      case 0: lines.remove(at: at)
      case 1: lines.insert(lines[at], at: at)
      case 2: lines.swapAt(at, random.below(lines.count))
      case 3: lines.insert(lines[random.below(lines.count)], at: at)
      case 4, 5:
        var parts = lines[at].split(separator: " ")
        guard !parts.isEmpty else { break }
        parts[random.below(parts.count)] = words[random.below(words.count)]
        lines[at] = Substring(parts.joined(separator: " "))
      case 6: lines[at] = lines[at].replacing("0", with: "\(random.below(130))")[...]
      case 7:
        var bytes = Array(lines[at].utf8)
        let place = random.below(bytes.count + 1)
        bytes.insert(UInt8(random.below(256)), at: place)
        lines[at] = Substring(String(decoding: bytes, as: UTF8.self))
      default:
        var bytes = Array(lines[at].utf8)
        if !bytes.isEmpty { bytes.remove(at: random.below(bytes.count)) }
        lines[at] = Substring(String(decoding: bytes, as: UTF8.self))
      }
      if lines.isEmpty { break }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension SplitMix64 {
  fileprivate mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
