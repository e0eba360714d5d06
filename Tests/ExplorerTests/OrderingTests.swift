import Explorer
import Foundation
import Machine
import Testing

/// Waiting and waking under memory that is not sequentially consistent.
@Suite struct OrderingTests {
  private static func races() throws -> [Litmus] { try LitmusCorpus.all().filter { $0.file == "wait-wake.litmus" } }
  private static func report(
    _ race: String, _ memory: MemoryModel, wake: String? = nil, variant: String = "current",
    weakening: (program: String, line: String)? = nil
  ) throws -> SearchReport {
    ExhaustiveSearch.run(
      try Self.race(race, memory, wake: wake, variant: variant, weakening: weakening), stopsAtFirst: true)
  }
  private static func race(
    _ race: String, _ memory: MemoryModel, wake: String?, variant: String,
    weakening: (program: String, line: String)? = nil
  ) throws -> Race {
    var library = try ProgramLibrary.builtIn()
    if let (name, text) = weakening {
      let program = try #require(library[name])
      let line = try #require(program.lines.firstIndex { $0.text == text })
      library.add(try #require(program.weakening(line)))
    }
    return try Race(
      try LitmusCorpus.named(race), variant: "derive.\(variant)", library: library, memory: memory,
      wake: wake.map { "wake.\($0)" })
  }

  /// Rows of the history under other memory than the sequentially consistent one: every era of waiting and waking.
  @Test func table() throws {
    let library = try ProgramLibrary.builtIn()
    let names: Set = ["wait-wake-private", "wait-wake-file", "wait-wake-unowed"]
    let table = try HistoryTable.run(
      try Self.races().filter { names.contains($0.name) }, variants: ["derive.current"], library: library,
      memories: [.tso, .weak], wakes: .only(library.wakes.map(\.name)))
    let golden = try String(contentsOf: LitmusCorpus.folder.appending(path: "ordering-history.txt"), encoding: .utf8)
    var expected: [String] = []
    for line in golden.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.components(separatedBy: " | ")
      #expect(parts.count == (parts[1] == "ok" ? 3 : 4), "no reason: \(line)")
      if table.litmus.contains(parts[0]) { expected.append(parts.prefix(3).joined(separator: " | ")) }
    }
    #expect(table.lines == expected)
  }

  /// Each barrier of each era taken away, on two of the races, and on a third all full barriers but one: what comes of it
  /// stands in the reviewed table, with a reason.
  @Test func barriers() throws {
    let library = try ProgramLibrary.builtIn()
    let golden = try String(contentsOf: LitmusCorpus.folder.appending(path: "barriers.txt"), encoding: .utf8)
    let rows = golden.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.components(separatedBy: " | ") }
    for row in rows { #expect(row.count == 5 && row[4].count > 40, "no reason: \(row)") }
    func races(_ names: Set<String>) throws -> [Litmus] { try Self.races().filter { names.contains($0.name) } }
    let (some, one): (Set, Set) = (["wait-wake-private", "wait-wake-spurious"], ["wait-wake-file"])
    let isSole = { (row: [String]) in row[0].hasPrefix("every full barrier") }
    Self.compare(try BarrierTable.run(try races(some), library: library), rows.filter { !isSole($0) }, some)
    Self.compare(try BarrierTable.sole(try races(one), library: library), rows.filter(isSole), one)
  }

  private static func compare(_ table: BarrierTable, _ rows: [[String]], _ races: Set<String>) {
    func entries(_ rows: [[String]]) -> (barriers: Set<String>, verdicts: Set<String>) {
      var (barriers, verdicts): (Set<String>, Set<String>) = ([], [])
      for row in rows {
        for era in row[2].split(separator: " ") {
          barriers.insert("\(row[0]) | \(era)")
          for race in row[3].split(separator: " ") where races.contains(String(race)) {
            verdicts.insert("\(row[0]) | \(era) | \(race) | \(row[1])")
          }
        }
      }
      return (barriers, verdicts)
    }
    let (found, expected) = (entries(table.lines.map { $0.components(separatedBy: " | ") }), entries(rows))
    #expect(found.verdicts.subtracting(expected.verdicts).sorted() == [])
    #expect(expected.verdicts.subtracting(found.verdicts).sorted() == [])
    #expect(found.barriers.symmetricDifference(expected.barriers).sorted() == [])
  }

  /// A sleeper that nobody owes a wake is an outcome, not a finding.
  @Test func anUnowedSleeperIsLegitimate() throws {
    let report = try Self.report("wait-wake-unowed", .tso)
    #expect(report.verdict == .agree)
    #expect(report.outcomes.contains { $0.text.contains("sleeps") })
  }

  /// Without barrier (B) the new value waits in the waker's buffer while it reads that nobody waits.
  @Test func aLostWakeupIsTold() throws {
    let race = try Self.race(
      "wait-wake-private", .tso, wake: "5.7", variant: "current", weakening: ("wake.5.7", "smp_mb()"))
    let finding = try #require(ExhaustiveSearch.run(race).findings.first)
    #expect(finding.kind == .lostWakeup)
    let text = Explanation(race, finding).text()
    #expect(text.contains("store buffer: page"))
    #expect(text.contains("lost wakeup"))
    let steps = race.trace(finding.schedule)
    #expect(steps.count == finding.schedule.count)
  }

  /// Private keys have barrier (B) since 76835b0ebf8a (3.18).
  @Test func privateKeysBefore318() throws {
    #expect(try Self.report("wait-wake-private", .sc, wake: "3.14", variant: "3.11").verdict == .agree)
    #expect(
      try Self.report("wait-wake-private", .tso, wake: "3.14", variant: "3.11").findings.first?.kind == .lostWakeup)
    #expect(try Self.report("wait-wake-private", .tso, wake: "3.18", variant: "3.11").verdict == .agree)
  }

  /// The word of a lock that was just taken is seen late on weak machines: who looks at it without taking it is wrong
  /// (11d4616bd07f, 3.14). On x86 the taking is a locked instruction.
  @Test func aLockThatIsLookedAt() throws {
    #expect(try Self.report("wait-wake-file", .tso, wake: "3.14-rc1", variant: "3.11").verdict == .agree)
    #expect(
      try Self.report("wait-wake-file", .weak, wake: "3.14-rc1", variant: "3.11").findings.first?.kind == .lostWakeup)
    #expect(try Self.report("wait-wake-file", .weak, wake: "3.14", variant: "3.11").verdict == .agree)
  }

  /// Whoever never returns when it runs alone is found with store buffers, too, and nobody else.
  @Test(arguments: [MemoryModel.tso, .weak]) func livelocks(_ memory: MemoryModel) throws {
    func race(_ name: String, _ variant: String) throws -> Race {
      try Race(
        try LitmusCorpus.named(name), variant: "derive.\(variant)", library: try ProgramLibrary.builtIn(),
        memory: memory)
    }
    let broken = try race("zero-page", "2.6.31")
    let finding = try #require(ExhaustiveSearch.run(broken).findings.first { $0.kind == .livelock })
    #expect(finding.program == "derive.2.6.31")
    #expect((1...finding.schedule.count).contains(finding.cycle))
    // Its steps are moves that can be made, one turn after the other.
    let turns = finding.schedule + finding.schedule.suffix(finding.cycle)
    #expect(broken.trace(turns).count == turns.count)
    #expect(ExhaustiveSearch.run(try race("zero-page", "2.6.33")).verdict == .agree)
  }

  /// A sequentially consistent state has no bytes for buffers.
  @Test func sequentialConsistencyPaysNothing() {
    #expect(Layout.stateBytes == 832)
  }
}
