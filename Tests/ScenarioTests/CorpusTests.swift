import CorpusFiles
import Scenario
import Testing

/// The corpus as text: readable, valid, reviewed, and whole.
@Suite struct CorpusTests {
  @Test func isThere() { #expect(CorpusFile.reviewed.count >= 250) }

  @Test(arguments: CorpusFile.all) func textAndBytesGiveItBack(file: CorpusFile) throws {
    let text = try file.read()
    #expect(text.scenario.problems() == [])
    #expect(try ScenarioParser.read(ScenarioPrinter.print(text).utf8, file: file.path) == text)
    #expect(ScenarioDecoder.decode(ScenarioEncoder.encode(text.scenario)) == text.scenario)
  }

  @Test(arguments: CorpusFile.all) func saysWhatItIsFor(file: CorpusFile) throws {
    let header = try file.read().header
    #expect(!header.isEmpty)
    // A known issue has its evidence there, too.
    if file.folder != "known-issues" {
      #expect(header.count <= 4 && header.allSatisfy { !$0.isEmpty && $0.utf8.count <= 140 })
    }
    #expect(file.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" }, "a kebab-case name")
  }

  @Test(arguments: CorpusFile.reviewed) func statesResults(file: CorpusFile) throws {
    let scenario = try file.read().scenario
    #expect(scenario.operations.contains { $0.stated != nil })
    // In a race, and behind it, a result may depend on the order; the Contract's tests know which do.
    let sequential = scenario.elements.prefix { if case .operation = $0 { true } else { false } }
      .compactMap { element -> Operation? in if case .operation(let operation) = element { operation } else { nil } }
    let futexCalls = sequential.filter { Self.alwaysStated.contains($0.kind) }
    let unstated = futexCalls.filter { $0.stated == nil }
    // One scenario fills all waiters there are: it states the last of its waits.
    #expect(unstated.isEmpty || futexCalls.count > 30)
  }
  /// Kinds whose result a scenario of the corpus always states.
  private static let alwaysStated: Set<OperationKind> = [
    .load, .wait, .waitv, .wake, .requeue, .compareRequeue, .wakeOp, .cancel, .lockPI, .tryLockPI, .unlockPI, .keys,
  ]

  @Test func noScenarioStandsTwice() throws {
    var seen: [Scenario: String] = [:]
    for file in CorpusFile.all {
      var scenario = try file.read().scenario
      scenario.names = Names()
      #expect(seen[scenario] == nil, "\(file.path) is \(seen[scenario] ?? "")")
      seen[scenario] = file.path
    }
  }

  @Test func everyOperationOccurs() throws {
    var missing = OperationKind.allCases
    for file in CorpusFile.reviewed {
      let kinds = Set(try file.read().scenario.operations.map(\.kind))
      missing.removeAll { kinds.contains($0) }
    }
    #expect(missing == [])
  }

  @Test func everyMemoryOccursWithEachProtection() throws {
    var seen: Set<String> = []
    for file in CorpusFile.reviewed {
      var kinds: [FileID: FileKind] = [:]
      for operation in try file.read().scenario.operations {
        switch operation.action {
        case .file(let id, let kind, _): kinds[id] = kind
        case .map(_, .file(let id, _), let sharing, let protection, _):
          let kind = kinds[id]?.keyword ?? "?"
          seen.insert("\(kind) \(sharing.keyword) \(protection.keyword)")
          seen.insert(kind)
        case .map(_, .anonymous, let sharing, let protection, let options):
          seen.insert("anonymous \(sharing.keyword) \(protection.keyword)")
          for (option, keyword) in MapOptions.keywords where options.contains(option) { seen.insert(keyword) }
        default: break
        }
      }
    }
    var missing = (FileKind.allCases.map(\.keyword) + MapOptions.keywords.map(\.1)).filter { !seen.contains($0) }
    for kind in ["anonymous", "memfd", "disk"] {
      for sharing in Sharing.allCases {
        for protection in Protection.allCases {
          let row = "\(kind) \(sharing.keyword) \(protection.keyword)"
          if !seen.contains(row) { missing.append(row) }
        }
      }
    }
    #expect(missing == [])
  }
}
