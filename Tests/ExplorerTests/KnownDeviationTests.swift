import Explorer
import Machine
import Scenario
import Testing

@Suite struct KnownDeviationTests {
  private static func explore(_ lane: String, _ mapping: String, on version: String) throws -> ScenarioExploration {
    try explored(
      """
      keywake 1
      process a
      process b
      file f memfd pages=1
      a map x f pages=0..0 shared rw
      b map y f pages=0..0 \(mapping)
      race
        lane a: \(lane)
        lane b: wake y+0 count=1
      end

      """, on: version)
  }

  /// Since 3.1 a call that only reads asks a second time; `Corpus/known-issues/private-wake-of-a-shared-waiter.c` shows it
  /// on the real kernel.
  @Test(arguments: ["3.1", "4.6", "current"]) func aPrivateWordGetsTheFilesKeyWhenTheFileGrows(_ version: String) throws
  {
    let result = try Self.explore("truncate f pages=0 ; grow f pages=1", "private rw", on: version)
    #expect(result.explored?.report.findings.map(\.kind) == [.wrongKey])
    #expect(result.known == [.privateWakeOfASharedWaiter])
  }

  /// Before, nobody asked again; without growth the second look finds nothing; through a shared mapping the key is right.
  @Test(arguments: [
    ("truncate f pages=0 ; grow f pages=1", "private rw", "2.6.38"), ("truncate f pages=0", "private rw", "current"),
    ("truncate f pages=0 ; grow f pages=1", "shared rw", "current"),
  ])
  func withoutOneOfItsCausesItIsNotThere(_ lane: String, _ mapping: String, _ version: String) throws {
    let result = try Self.explore(lane, mapping, on: version)
    #expect(result.verdict == .agree)
    #expect(result.known == nil)
  }

  /// Other wrong keys stay findings.
  @Test func otherWrongKeysAreNotExplained() throws {
    for (name, version) in [("thp-tail", "5.7"), ("truncate", "futex2-rfc"), ("hugetlb-tail", "4.6")] {
      let race = try LitmusCorpus.race(name, version)
      let findings = ExhaustiveSearch.run(race).findings.filter { $0.kind == .wrongKey }
      #expect(!findings.isEmpty)
      #expect(findings.allSatisfy { KnownDeviation(explaining: $0, in: race) == nil })
    }
  }
}
