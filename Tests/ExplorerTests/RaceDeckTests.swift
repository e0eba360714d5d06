import Explorer
import Foundation
import Machine
import Scenario
import Testing

@Suite struct RaceDeckTests {
  private static func deck() throws -> RaceDeck {
    let races = try LitmusCorpus.all()
    func history(_ name: String) throws -> ReviewedHistory {
      try ReviewedHistory(
        text: try String(contentsOf: LitmusCorpus.folder.appending(path: name), encoding: .utf8), file: name)
    }
    var known = try history("history.txt")
    known.rows += try history("rmap-history.txt").rows
    return RaceDeck(
      races: races, history: known, reverseMap: Set(races.filter { $0.file == "rmap.litmus" }.map(\.name)),
      library: try ProgramLibrary.builtIn())
  }

  /// Random bytes reach bugs of many old versions, and none that the history does not know.
  @Test func randomBytesFindTheOldBugs() throws {
    var deck = try Self.deck()
    #expect(deck.raceCount >= 60)
    let seed = ProcessInfo.processInfo.environment["KEYWAKE_SEED"].flatMap { UInt64($0) } ?? 20_260_101
    var generator = SplitMix64(seed: seed)
    var versions: Set<String> = []
    var kinds: Set<ViolationKind> = []
    for _ in 0..<4_000 {
      let bytes = (0..<64).map { _ in UInt8.random(in: 0...255, using: &generator) }
      guard let run = try deck.run(bytes), let finding = run.finding else { continue }
      #expect(!run.isNews, "seed \(seed): \(run.text ?? "")")
      versions.insert(run.version)
      kinds.insert(finding.kind)
    }
    #expect(versions.count >= 8, "seed \(seed): \(versions.sorted())")
    #expect(kinds.isSuperset(of: [.livelock, .wrongKey, .spuriousError]), "seed \(seed): \(kinds)")
    #expect(!versions.contains("derive.current"))
  }

  /// Every run can be repeated from its schedule.
  @Test func aRunIsReplayed() throws {
    var deck = try Self.deck()
    let library = try ProgramLibrary.builtIn()
    var generator = SplitMix64(seed: 7)
    var replayed = 0
    while replayed < 20 {
      let bytes = (0..<48).map { _ in UInt8.random(in: 0...255, using: &generator) }
      guard let run = try deck.run(bytes), let finding = run.finding, finding.cycle == 0,
        run.version.hasPrefix("derive.")
      else { continue }
      let race = try Race(try LitmusCorpus.named(run.race), variant: run.version, library: library)
      var scheduler = ReplayScheduler(finding.schedule)
      let again = SampledSearch.single(race, &scheduler, steps: finding.schedule.count + 1)
      #expect(again.finding?.signature == finding.signature)
      replayed += 1
    }
  }

  @Test func shortBytesRunNothing() throws {
    var deck = try Self.deck()
    #expect(try deck.run([]) == nil)
    #expect(try deck.run([1, 0]) == nil)
    #expect(try deck.run([1, 0, 0])?.schedule.isEmpty == false)
  }

  @Test(arguments: [("a | ok", 1), ("a | ok | all\nb | noSuchRule | 4.6 | why", 2), ("# c\n\n | ok | all", 3)])
  func aWrongTableIsRefused(_ text: String, _ line: Int) throws {
    let error = #expect(throws: ReviewedHistory.Failure.self) { try ReviewedHistory(text: text, file: "h.txt") }
    #expect(error?.line == line)
    #expect(error?.file == "h.txt")
  }
}
