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
  @Option(name: .customLong("process"), help: "Only the futex calls of this process and its threads; may be repeated.")
  var processes: [Int] = []
  @Option(
    name: .customLong("word"), help: "Only calls on the word at this address, as the log has it; may be repeated.")
  var words: [WordAddress] = []
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
    let made = StraceImport(text, processes: Set(processes), words: Set(words.map(\.value)))
    let header = [
      "Imported from \((log as NSString).lastPathComponent): \(made.taken) futex calls"
        + (made.leftOut > 0 ? "; \(made.leftOut) more did not fit." : ".")
        + (made.selection.map { " It has \($0)." } ?? "")
    ]
    let scenario = ScenarioPrinter(header: header).print(made.scenario)
    if json {
      try JSONOutput.print(
        Summary(
          scenario: scenario, taken: made.taken, leftOut: made.leftOut, selection: made.selection,
          notUnderstood: made.notUnderstood))
    } else {
      let reasons = Self.condensed(made.notUnderstood)
      for line in reasons.prefix(40) { Stream.error.line("not taken over: \(line)") }
      if reasons.count > 40 { Stream.error.line("and \(reasons.count - 40) more") }
    }
    if made.taken == 0 {
      let which = processes.isEmpty && words.isEmpty ? "" : " of these processes and words"
      throw CommandFailure(message: "\(log): no futex call\(which) in it", code: .nothingExecuted)
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

  /// Each reason once, with the first of its lines and their number.
  static func condensed(_ reasons: [String]) -> [String] {
    var order: [String] = []
    var lines: [String: [String]] = [:]
    for text in reasons {
      let parts = text.split(separator: ": ", maxSplits: 1).map(String.init)
      let (line, reason) = parts.count == 2 ? (parts[0], parts[1]) : ("", text)
      if lines[reason] == nil { order.append(reason) }
      lines[reason, default: []].append(line)
    }
    return order.map { reason in
      let all = lines[reason] ?? []
      let start = all.first.map { $0.isEmpty ? "" : "\($0): " } ?? ""
      return start + reason + (all.count > 1 ? " (and \(all.count - 1) more such lines)" : "")
    }
  }

  private struct Summary: Encodable {
    var scenario: String
    var taken: Int
    var leftOut: Int
    var selection: String?
    var notUnderstood: [String]
  }
}

/// `0x7f2423dff990`.
struct WordAddress: ExpressibleByArgument {
  var value: UInt64

  init?(argument: String) {
    guard argument.hasPrefix("0x"), let value = UInt64(argument.dropFirst(2), radix: 16) else { return nil }
    self.value = value
  }
}
