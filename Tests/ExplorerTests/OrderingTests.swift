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

  /// The new rows of the history: every race of waiting and waking on every version.
  @Test(arguments: [MemoryModel.tso, .weak]) func table(_ memory: MemoryModel) throws {
    let library = try ProgramLibrary.builtIn()
    let races = try Self.races().filter { ["wait-wake-private", "wait-wake-unowed"].contains($0.name) }
    let table = try HistoryTable.run(
      races, variants: library.variants.map(\.name), library: library, memories: [memory])
    let golden = try String(contentsOf: LitmusCorpus.folder.appending(path: "ordering-history.txt"), encoding: .utf8)
    let expected = golden.split(separator: "\n").filter { $0.contains(" [\(memory.rawValue)] | ") }.map {
      $0.components(separatedBy: " | ").prefix(3).joined(separator: " | ")
    }
    #expect(table.lines == expected)
  }

  /// Each barrier of each era taken away: the rows and their reasons are the reviewed ones.
  @Test func barriers() throws {
    let library = try ProgramLibrary.builtIn()
    let races = try Self.races().filter { ["wait-wake-private", "wait-wake-file"].contains($0.name) }
    let table = try BarrierTable.run(races, library: library)
    let golden = try String(contentsOf: LitmusCorpus.folder.appending(path: "barriers.txt"), encoding: .utf8)
    var expected: [String] = []
    for line in golden.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.components(separatedBy: " | ")
      #expect(parts.count == 5 && parts[4].count > 15, "no reason: \(line)")
      expected.append(parts.prefix(4).joined(separator: " | "))
    }
    #expect(Set(table.lines).subtracting(expected).sorted() == [])
    #expect(Set(expected).subtracting(table.lines).sorted() == [])
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
    #expect(try Self.report("wait-wake-private", .tso, wake: "3.14", variant: "3.11").findings.first?.kind == .lostWakeup)
    #expect(try Self.report("wait-wake-private", .tso, wake: "3.18", variant: "3.11").verdict == .agree)
  }

  /// A sequentially consistent state has no bytes for buffers.
  @Test func sequentialConsistencyPaysNothing() {
    #expect(Layout.stateBytes == 800)
  }
}
