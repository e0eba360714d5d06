import Explorer
import Foundation
import Machine
import Testing

@Suite struct HistoryTests {
  /// The whole corpus (but the races of the reverse map, see ``ReverseMapTests``) on every version, against the reviewed
  /// table.
  @Test func table() throws {
    let library = try ProgramLibrary.builtIn()
    let table = try HistoryTable.run(
      try LitmusCorpus.all().filter { $0.file != "rmap.litmus" }, variants: library.variants.map(\.name),
      library: library)
    try LitmusCorpus.expect(table.lines, asReviewedIn: "history.txt")
    #expect(table.litmus.count >= 40)
  }

  /// Today's derivation is clean, and each race really shows what it is for.
  @Test func currentIsCleanAndWitnessed() throws {
    // There the caller of the lookup is at fault.
    let faulty: Set = ["rmap-collect-2010", "rmap-no-folio-lock"]
    for test in try LitmusCorpus.all() where !faulty.contains(test.name) {
      let race = try Race(test, variant: "derive.current", library: try ProgramLibrary.builtIn())
      let report = ExhaustiveSearch.run(race)
      #expect(report.verdict == .agree, "\(test.name): \(report.findings.map(\.signature))")
      for witness in test.witnesses {
        #expect(report.witnesses & witness.bit != 0, "\(test.name) never shows \(witness.rawValue)")
      }
    }
  }

  struct KnownBad: Sendable, CustomTestStringConvertible {
    var race: String
    var variant: String
    var kind: ViolationKind
    /// The version that mended it.
    var mended: String
    var testDescription: String { "\(variant) \(race)" }
  }

  static let knownBad = [
    KnownBad(race: "special-mapping", variant: "3.1", kind: .livelock, mended: "3.2"),
    KnownBad(race: "zero-page", variant: "2.6.31", kind: .livelock, mended: "2.6.33"),
    KnownBad(race: "hugetlb-tail", variant: "2.6.28", kind: .livelock, mended: "3.11"),
    KnownBad(race: "hugetlb-two-words", variant: "3.2", kind: .wrongKey, mended: "3.11"),
    KnownBad(race: "read-only-shared", variant: "2.6.33", kind: .spuriousError, mended: "3.1"),
    KnownBad(race: "pageout-gate-off", variant: "2011-12-30", kind: .spuriousError, mended: "3.2"),
    KnownBad(race: "swap-out-and-in", variant: "2013-rfc", kind: .spuriousError, mended: "4.6"),
    KnownBad(race: "hugetlb-tail", variant: "4.6", kind: .wrongKey, mended: "4.8"),
    KnownBad(race: "unused-inode", variant: "4.8", kind: .warn, mended: "4.13"),
    KnownBad(race: "umount", variant: "4.13", kind: .bug, mended: "5.6"),
    KnownBad(race: "thp-tail", variant: "5.7", kind: .wrongKey, mended: "5.14"),
    KnownBad(race: "truncate", variant: "futex2-rfc", kind: .wrongKey, mended: "5.7"),
    KnownBad(race: "private-file-wait-cow-wake", variant: "2.6.31", kind: .wrongKey, mended: "2.6.33"),
    KnownBad(race: "evict", variant: "3.11", kind: .useAfterFree, mended: "4.13"),
  ]
  @Test(arguments: knownBad) func isFoundAndMended(_ bad: KnownBad) throws {
    let broken = ExhaustiveSearch.run(try LitmusCorpus.race(bad.race, bad.variant))
    #expect(broken.findings.contains { $0.kind == bad.kind })
    let mended = ExhaustiveSearch.run(try LitmusCorpus.race(bad.race, bad.mended))
    #expect(!mended.findings.contains { $0.kind == bad.kind })
  }

  /// Reclaim looks at the reference count first, so the patch of December 2011 is safe from it; without that look it
  /// is not.
  @Test func theGateDecides() throws {
    #expect(ExhaustiveSearch.run(try LitmusCorpus.race("pageout", "2011-12-30")).verdict == .agree)
    #expect(ExhaustiveSearch.run(try LitmusCorpus.race("pageout", "2011-12-30", gate: false)).verdict == .disagree)
  }
}
