import ArgumentParser
import Contract
import CrossCheck
import Scenario

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Prints scenario files with what the Contract promises of each operation.")

  @Argument(help: "Scenario files, in text or byte form.")
  var files: [String]
  @Option(help: "The kernel release that promises, such as 5.15. Default: the newest that the Contract knows.")
  var release = KernelRelease.newest
  @Flag(help: "Print the scenario alone, in its canonical text.")
  var plain = false

  func run() throws {
    for (index, file) in try ScenarioFiles.find(files).enumerated() {
      let text = try ScenarioFiles.readEither(file)
      if index > 0 { Stream.output.line() }
      if plain {
        Stream.output.write(ScenarioPrinter.print(text))
        continue
      }
      Stream.output.line("keywake 1")
      for line in text.header { Stream.output.line("# \(line)") }
      for line in Self.lines(text.scenario, release) { Stream.output.line(line) }
    }
  }

  /// Each operation, and beside it as a comment what is promised; of a race how many outcomes are allowed.
  static func lines(_ scenario: Scenario, _ release: KernelRelease) -> [String] {
    var contract = Contract(release: release)
    var lines: [String] = []
    for element in scenario.elements {
      switch element {
      case .operation(let operation):
        let text = Wording.text(operation, scenario.names)
        let promise = contract.step(operation)
        let stated = operation.stated.map { "   stated: \(Wording.text($0, scenario.names))" } ?? ""
        let pad = String(repeating: " ", count: max(1, 56 - text.count))
        lines.append("\(text)\(pad)# \(Wording.text(promise, scenario.names))\(stated)")
      case .race(let lanes):
        let promise = contract.step(race: lanes)
        lines.append("race   # \(Wording.text(promise))")
        for lane in lanes {
          lines.append(
            "  lane \(scenario.names[lane.actor]): "
              + lane.operations.map { operation in
                var laneOperation = operation
                laneOperation.actor = nil
                return Wording.text(laneOperation, scenario.names)
              }.joined(separator: " ; "))
        }
        lines.append("end")
      }
    }
    return lines
  }
}
