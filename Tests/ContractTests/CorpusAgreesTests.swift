import Contract
import CorpusFiles
import Scenario
import Testing

/// The corpus's authors and the Contract's are two opinions: what a scenario states, the Contract must allow.
@Suite struct CorpusAgreesTests {
  @Test(arguments: CorpusFile.reviewed) func contractAllowsWhatIsStated(file: CorpusFile) throws {
    let scenario = try file.read().scenario
    var contract = Contract(release: KernelRelease(6, 18))
    var isBehindRace = false
    for element in scenario.elements {
      switch element {
      case .race(let lanes):
        isBehindRace = true
        for outcome in contract.allowedOutcomes(of: lanes).allowed where !outcome.hasSpuriousFault {
          for (lane, results) in zip(lanes, outcome.outcome.results) {
            for (operation, result) in zip(lane.operations, results) {
              guard let stated = operation.stated else { continue }
              let line = ScenarioPrinter().line(operation, scenario.names)
              #expect(result.allows(stated.result), "\(line), but a lane may give \(result)")
            }
          }
        }
        contract.step(race: lanes)
      case .operation(let operation):
        if operation.kind.isMachineOnly { return }
        let promise = contract.promise(for: operation)
        try #require(promise.unsupported == nil)
        guard let stated = operation.stated else {
          // Behind a race only what depends on the order may go without.
          if isBehindRace, [.wait, .wake, .requeue, .compareRequeue, .load, .keys].contains(operation.kind) {
            #expect(promise.only == nil, "\(ScenarioPrinter().line(operation, scenario.names)) can be stated")
          }
          contract.step(operation)
          continue
        }
        let line = ScenarioPrinter().line(operation, scenario.names)
        let fitting = promise.ways.filter { $0.fits(stated) }
        try #require(!fitting.isEmpty, "\(line), but the Contract says \(promise.ways.map(\.summary))")
        // What is stated settles the kernel's choice for what follows.
        if fitting.count == 1 {
          try contract.step(operation, observed: Observation(stated.result, ended: fitting[0].ended))
        } else {
          contract.step(operation)
        }
      }
    }
  }

  /// A stated result that nothing could contradict would be worth nothing.
  @Test func mostStatedResultsArePromisedExactly() throws {
    var exact = 0
    var stated = 0
    for file in CorpusFile.reviewed {
      var contract = Contract(release: KernelRelease(6, 18))
      for element in try file.read().scenario.elements {
        guard case .operation(let operation) = element, !operation.kind.isMachineOnly else { break }
        let promise = contract.step(operation)
        guard operation.stated != nil else { continue }
        stated += 1
        if promise.only != nil { exact += 1 }
      }
    }
    #expect(exact * 100 >= stated * 95, "\(exact) of \(stated)")
  }
}

extension Way {
  fileprivate func fits(_ stated: Stated) -> Bool {
    guard result.allows(stated.result) else { return false }
    guard let woken = stated.woken else { return true }
    return woken == ended.filter { $0.end == .woken }.map(\.waiter)
  }
  fileprivate var summary: String { "\(result) \(ended.map { ($0.waiter.index, $0.end) }) by \(rule.rawValue)" }
}
