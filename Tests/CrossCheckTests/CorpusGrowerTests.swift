import CrossCheck
import Foundation
import Scenario
import Testing

@Suite struct CorpusGrowerTests {
  private static let scenario = """
    keywake 1
    process a
    file f memfd pages=1
    a map x f pages=0..0 shared rw
    a store x+0x10 1
    a load x+0x10
    a wake x+0x10 count=1
    a wake x+0x20 count=1

    """

  /// What a kernel would have shown, by the operations' names.
  private func shown(_ scenario: Scenario) -> Set<String> { Set(scenario.operations.map(\.kind.keyword)) }

  @Test func entriesAreSmallAndKnownLater() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "keywake-grower-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let scenario = try ScenarioParser.parse(Self.scenario, file: "test")
    var grower = try CorpusGrower(folder: .init(folder), tries: 100)
    #expect(try grower.admit(scenario, shown: ["wake"], shows: shown))
    #expect(try !grower.admit(scenario, shown: ["wake"], shows: shown))
    #expect(try grower.admit(scenario, shown: ["wake", "load"], shows: shown))
    #expect(grower.added == 2)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(names.allSatisfy(CorpusGrower.isEntry))
    var covered: [String: [String]] = [:]
    for name in names {
      let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      let operations = try ScenarioParser.parse(text, file: name).operations.map(\.kind.keyword)
      covered[CorpusGrower.covered(text).joined(separator: ",")] = operations
    }
    // What another operation names must be there; of the rest nothing is left.
    #expect(covered == ["wake": ["process", "file", "wake"], "load": ["process", "file", "load"]])
    #expect(try CorpusGrower(folder: .init(folder), tries: 1).known == ["wake", "load"])
  }

  @Test func behavioursAreNamed() throws {
    let scenario = try ScenarioParser.parse(Self.scenario, file: "test")
    var report = RunReport(observations: [], end: .completed)
    report.observations = scenario.operations.map { _ in Observation(.value(0)) }
    report.observations[scenario.operations.count - 1] = Observation(.value(7))
    let tuples = BehaviourTuples.of(scenario, report)
    #expect(tuples.contains("wake memfd-shared 0"))
    #expect(tuples.contains("wake memfd-shared many"))
    #expect(tuples.contains("load memfd-shared 0"))
  }
}
