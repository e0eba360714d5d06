import Explorer
import Foundation
import Machine
import Testing

/// The search looks up what it has run before; that must not show.
@Suite struct StepMemoryTests {
  static let versions = ["2.6.31", "3.2", "2013-rfc", "4.6", "futex2-rfc", "current"]

  @Test(arguments: versions) func rememberedStepsAreTheStepsThatAreRun(_ version: String) throws {
    let library = try ProgramLibrary.builtIn()
    // Each race on one of the versions.
    let turn = try #require(Self.versions.firstIndex(of: version))
    for (index, test) in try LitmusCorpus.all().enumerated() where index % Self.versions.count == turn {
      for rmap in test.file == "rmap.litmus" ? library.reverseMaps.map(\.name) : [Linker.currentReverseMap] {
        let race = try Race(test, variant: "derive.\(version)", rmap: rmap, library: library)
        // A race that derives no key is the same on every version.
        if version != "current", !race.usesDerivation || test.file == "rmap.litmus" && race.usesReverseMap { continue }
        var looking = ExhaustiveSearch(race)
        var running = ExhaustiveSearch(race, remembers: false)
        let (left, right) = (looking.run(), running.run())
        #expect(Self.text(left) == Self.text(right), "\(test.name) on \(race.versions)")
      }
    }
  }

  /// Everything that a search reports but the memory that it used.
  static func text(_ report: SearchReport) -> String {
    """
    \(report.verdict) \(report.states) \(report.transitions) \(report.depth) \(report.witnesses)
    \(report.findings) \(report.waits) \(report.outcomes) \(report.finals) \(report.endings) \(report.leftovers)
    \(report.behaviours.sorted()) \(String(describing: report.bound))
    """
  }

  /// A bound on states is never passed, and what was covered is said.
  @Test(arguments: [1, 2, 3, 5, 17, 100, 101, 102, 103, 1000]) func aBoundIsABound(_ states: Int) throws {
    let race = try LitmusCorpus.race("truncate", "current")
    let whole = ExhaustiveSearch.run(race)
    let report = ExhaustiveSearch.run(race, limits: SearchLimits(states: states))
    if states >= whole.states + 2 {
      #expect(Self.text(report) == Self.text(whole))
    } else {
      #expect(report.states <= states)
      #expect(report.verdict == .undecided(.states))
      #expect(report.bound == .states)
    }
  }

  /// A search that stops at a bound goes on from there when it is run again, to the same end.
  @Test func aSearchGoesOn() throws {
    let race = try LitmusCorpus.race("swap-out-and-in", "2013-rfc")
    let whole = ExhaustiveSearch.run(race)
    var search = ExhaustiveSearch(race, limits: SearchLimits(states: 10))
    var report = search.run()
    var pauses = 0
    while report.bound != nil {
      search.limits.states += 97
      report = search.run()
      pauses += 1
    }
    #expect(pauses > 3)
    #expect(Self.text(report) == Self.text(whole))
    #expect(report.bytes == whole.bytes)
  }

  /// The same through files: what a snapshot says is all that another process needs.
  @Test func aKeptSearchGoesOn() throws {
    let race = try LitmusCorpus.race("swap-out-and-in", "2013-rfc")
    let whole = ExhaustiveSearch.run(race)
    var search = ExhaustiveSearch(race, limits: SearchLimits(states: 10))
    var report = search.run()
    var states = 10
    while report.bound != nil {
      states += 997
      let head = try JSONDecoder().decode(SearchSnapshot.Head.self, from: JSONEncoder().encode(search.snapshot.head))
      let snapshot = SearchSnapshot(head: head, states: search.snapshot.states)
      search = try #require(ExhaustiveSearch(race, resuming: snapshot, limits: SearchLimits(states: states)))
      report = search.run()
    }
    #expect(states > 2000)
    #expect(Self.text(report) == Self.text(whole))
  }

  @Test func aSnapshotOfSomethingElseOrADamagedOneIsRefused() throws {
    let race = try LitmusCorpus.race("truncate", "current")
    var search = ExhaustiveSearch(race, limits: SearchLimits(states: 100))
    _ = search.run()
    let snapshot = search.snapshot
    #expect(ExhaustiveSearch(race, resuming: snapshot) != nil)
    #expect(ExhaustiveSearch(try LitmusCorpus.race("truncate", "4.6"), resuming: snapshot) == nil)
    for place in stride(from: 0, to: snapshot.states.count, by: 97) {
      var bytes = snapshot.states
      bytes[place] ^= 0x10
      #expect(ExhaustiveSearch(race, resuming: SearchSnapshot(head: snapshot.head, states: bytes)) == nil)
    }
    let short = SearchSnapshot(head: snapshot.head, states: snapshot.states.dropLast())
    #expect(ExhaustiveSearch(race, resuming: short) == nil)
  }
}
