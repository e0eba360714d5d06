import Explorer
import Foundation
import Machine
import Testing

@Suite struct ReverseMapTests {
  private static func races() throws -> [Litmus] { try LitmusCorpus.all().filter { $0.file == "rmap.litmus" } }
  private static func report(
    _ name: String, _ rmap: String, adding text: String? = nil, stopsAtFirst: Bool = false
  ) throws -> SearchReport {
    var library = try ProgramLibrary.builtIn()
    if let text { try library.add(text: text, file: "own.kwp") }
    let race = try Race(
      try LitmusCorpus.named(name), variant: "derive.current", rmap: "rmap.\(rmap)", library: library)
    return ExhaustiveSearch.run(race, stopsAtFirst: stopsAtFirst)
  }

  /// Every race on every form, against the reviewed table.
  @Test func table() throws {
    let library = try ProgramLibrary.builtIn()
    let table = try HistoryTable.run(
      try Self.races(), variants: ["derive.current"], rmaps: library.reverseMaps.map(\.name), library: library)
    try LitmusCorpus.expect(table.lines, asReviewedIn: "rmap-history.txt")
  }

  struct KnownBad: Sendable, CustomTestStringConvertible {
    var race: String
    var form: String
    var kind: ViolationKind
    var mended: String
    var testDescription: String { "\(form) \(race)" }
  }
  static let knownBad = [
    // The proposal of the seed: the anon_vma can have been freed long ago.
    KnownBad(race: "rmap-unmap", form: "2010-04-13", kind: .useAfterFree, mended: "2010-documented"),
    // "A stable anon_vma" was never so; the comment of the seed takes the word back.
    KnownBad(race: "rmap-unmap", form: "2.6.21", kind: .deadAnonVMA, mended: "2010-documented"),
    // The lock is let go through a root that has changed.
    KnownBad(race: "rmap-reuse-fork", form: "2.6.36-rc1", kind: .lockNotHeld, mended: "2.6.36"),
    KnownBad(race: "rmap-reuse-fork", form: "2.6.36-rc1", kind: .unlockedWalk, mended: "2.6.36"),
    // The fast path brought that back, and its correction.
    KnownBad(race: "rmap-reuse-fork", form: "3.0-rc1", kind: .lockNotHeld, mended: "3.0"),
    KnownBad(race: "rmap-two-walkers", form: "3.0", kind: .sleepingInAtomic, mended: "6.1"),
    KnownBad(race: "rmap-move", form: "6.1", kind: .missedPage, mended: "6.8"),
    KnownBad(race: "rmap-move-unmap", form: "6.8", kind: .missedPage, mended: "current"),
  ]
  @Test(arguments: knownBad) func isFoundAndMended(_ bad: KnownBad) throws {
    #expect(try Self.report(bad.race, bad.form).findings.contains { $0.kind == bad.kind })
    #expect(try !Self.report(bad.race, bad.mended).findings.contains { $0.kind == bad.kind })
  }

  /// The doubt of the seed: in every race the two reads may stand in either order. The kinds of finding and the ways to
  /// end are the same.
  @Test func theOrderOfTheTwoReadsDoesNotMatter() throws {
    for race in try Self.races() {
      let documented = try Self.report(race.name, "2010-documented")
      let swapped = try Self.report(race.name, "2010-mapcount-first")
      #expect(Set(documented.findings.map(\.kind)) == Set(swapped.findings.map(\.kind)), "\(race.name)")
      #expect(documented.outcomes.map(\.text) == swapped.outcomes.map(\.text), "\(race.name)")
    }
  }

  /// Who kills what hangs on the anon_vma kills a stranger when the memory was reused, and a child that has copied the
  /// page even when it was not.
  @Test func collectingWithoutVerifying() throws {
    for (world, rmap) in [("rmap-collect", "current"), ("rmap-collect", "2010-documented")] {
      var litmus = try LitmusCorpus.named(world)
      let lane = litmus.lanes[0].operations[0]
      litmus.lanes[0].operations = [LaneOperation("env.collect-procs-2010", lane.arguments, text: lane.text)]
      let race = try Race(
        litmus, variant: "derive.current", rmap: "rmap.\(rmap)", library: try ProgramLibrary.builtIn())
      #expect(ExhaustiveSearch.run(race).findings.map(\.kind) == [.unverifiedEntry])
    }
  }

  /// The newest form warns a caller that does not hold the folio lock, and needs it: UFFDIO_MOVE takes the page away.
  @Test func theFolioLockIsDemanded() throws {
    let text = """
      program before.folio-lock (page)
        title no lock
        source test
        struct page *page
        return
      end
      program after.folio-lock (page)
        title no lock
        source test
        struct page *page
        return
      end
      """
    #expect(try Self.report("rmap-walk", "current", adding: text).findings.map(\.kind) == [.warn])
    let kinds = Set(try Self.report("rmap-move", "current", adding: text).findings.map(\.kind))
    #expect(kinds == [.warn, .foreignTree])
  }

  /// Every race that swaps an anonymous page out, on each form that is right there.
  @Test func keysSurviveEveryFormOfSwapOut() throws {
    let library = try ProgramLibrary.builtIn()
    var searches = 0
    for test in try LitmusCorpus.all() where test.file != "rmap.litmus" {
      let race = try Race(test, variant: "derive.current", library: library)
      guard race.usesReverseMap else { continue }
      for form in library.reverseMaps {
        let race = try Race(test, variant: "derive.current", rmap: form.name, library: library)
        #expect(ExhaustiveSearch.run(race).verdict == .agree, "\(test.name) \(form.name)")
        searches += 1
      }
    }
    #expect(searches >= 12)
  }

  @Test func explanationsNameTheObjects() throws {
    let race = try Race(
      try LitmusCorpus.named("rmap-reuse-fork"), variant: "derive.current", rmap: "rmap.2.6.36-rc1",
      library: try ProgramLibrary.builtIn())
    let finding = try #require(ExhaustiveSearch.run(race).findings.first { $0.kind == .lockNotHeld })
    let text = Explanation(race, finding).text()
    #expect(text.hasPrefix("rmap-reuse-fork on rmap.2.6.36-rc1\n"))
    #expect(text.contains("allocated, in freed memory"))
    #expect(text.contains("root = av->root"))
    #expect(text.contains("released a lock that it does not hold"))
  }
}
