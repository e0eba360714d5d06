import ArgumentParser
import CrossCheck
import Exchange
import Foundation
import Scenario

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Makes a scenario of what a real program did, by its strace log.",
    discussion: """
      Record with: strace -f -e trace=memory,futex,process,desc -o LOG PROGRAM. The scenario goes to standard output, \
      what could not be taken over to standard error. Exit codes: 0 a scenario, 4 the log has no futex call.
      """)

  @Argument(help: "A log of strace -f.")
  var log: String
  @Option(help: "Where the scenario goes. Default: standard output.")
  var output: String?
  @Flag(help: "Print one JSON object: the scenario, what was taken over, and what was not.")
  var json = false

  func run() throws {
    let text: String
    do {
      text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: log)), as: UTF8.self)
    } catch {
      throw CommandFailure.usage("\(log): cannot be read: \(error.localizedDescription)")
    }
    let made = StraceImport(text)
    let header = [
      "Imported from \((log as NSString).lastPathComponent): \(made.taken) futex calls"
        + (made.leftOut > 0 ? "; \(made.leftOut) more did not fit." : ".")
    ]
    let scenario = ScenarioPrinter(header: header).print(made.scenario)
    if json {
      try JSONOutput.print(
        Summary(
          scenario: scenario, taken: made.taken, leftOut: made.leftOut, notUnderstood: made.notUnderstood))
    } else {
      for line in made.notUnderstood.prefix(40) { Stream.error.line("not taken over: \(line)") }
      if made.notUnderstood.count > 40 { Stream.error.line("and \(made.notUnderstood.count - 40) more") }
    }
    if made.taken == 0 {
      throw CommandFailure(message: "\(log): no futex call in it", code: .nothingExecuted)
    }
    if let output {
      do {
        try scenario.write(toFile: output, atomically: true, encoding: .utf8)
      } catch {
        throw CommandFailure.fault("cannot write \(output): \(error.localizedDescription)")
      }
    } else if !json {
      Stream.output.write(scenario)
    }
  }

  private struct Summary: Encodable {
    var scenario: String
    var taken: Int
    var leftOut: Int
    var notUnderstood: [String]
  }
}
