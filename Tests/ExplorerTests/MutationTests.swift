import Explorer
import Foundation
import Machine
import Testing

/// What lives among the mutants of today's derivation is what the reviewed list says, no more and no less.
@Suite struct MutationTests {
  @Test func survivorsOfTheCurrentDerivationAreListed() throws {
    let library = try ProgramLibrary.builtIn()
    let study = try MutationStudy(
      asVariant: "derive.current", library: library, litmus: try LitmusCorpus.all())
    let results = study.results(of: "derive.current")
    #expect(results.count > 100)
    let alive = results.filter(\.isAlive).map(\.mutant.name)
    let list = try String(
      contentsOf: LitmusCorpus.folder.appending(path: "equivalent-mutants.txt"), encoding: .utf8)
    let listed = list.split(separator: "\n").filter { $0.hasPrefix("derive.current | ") }.map {
      $0.components(separatedBy: " | ").dropLast().joined(separator: " | ")
    }
    #expect(Set(alive).subtracting(listed).sorted() == [])
    #expect(Set(listed).subtracting(alive).sorted() == [])
    #expect(Set(listed).count == listed.count)
  }
}
