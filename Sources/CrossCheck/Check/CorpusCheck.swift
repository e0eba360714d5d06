import Contract
import Scenario

/// What is wrong with a corpus entry, as far as that can be told without a kernel.
public enum CorpusCheck {
  /// One text for each problem; none for a good entry.
  public static func problems(_ scenario: Scenario, release: KernelRelease) -> [String] {
    var problems: [String] = []
    let bytes = ScenarioEncoder.encode(scenario)
    if ScenarioDecoder.decode(bytes) != scenario { problems.append("its byte form is another scenario") }
    let text = ScenarioPrinter.print(scenario)
    if (try? ScenarioParser.parse(text, file: "printed")) != scenario {
      problems.append("its printed text is another scenario")
    }
    var contract = Contract(release: release)
    var number = 0
    for element in scenario.elements {
      switch element {
      case .race(let lanes):
        contract.step(race: lanes)
        number += lanes.reduce(0) { $0 + $1.operations.count }
      case .operation(let operation):
        number += 1
        let promise = contract.step(operation)
        guard let stated = operation.stated, promise.unsupported == nil else { continue }
        if !promise.ways.contains(where: { $0.agrees(with: stated) }) {
          problems.append(
            "operation \(number), \(Wording.text(operation, scenario.names)): stated "
              + "\(Wording.text(stated, scenario.names)), promised \(Wording.text(promise, scenario.names))")
        }
      }
    }
    return problems
  }
}
