import Foundation
import Scenario
import Shrink

/// The result for machines, and in words.
struct MinimizeSummary: Encodable {
  var file: String
  var output: String
  var signature: String
  var operationsBefore: Int
  var operationsAfter: Int
  var candidates: Int
  var cached: Int
  var runs: Int
  var rounds: Int
  var isComplete: Bool
  var stopped: String?
  var before: Reduction.Rate
  var after: Reduction.Rate?
  var runsPerCandidate: Int
  var confidence: Double
  var seconds: Double
  var scenario: String
  /// Of the simulated kernel.
  var variant: String?
  /// The command that goes on.
  var next = ""

  enum CodingKeys: String, CodingKey {
    case file, output, signature, operationsBefore, operationsAfter, candidates, cached, runs, rounds, isComplete,
      stopped,
      before, after, runsPerCandidate, confidence, seconds, scenario, variant
  }

  init(_ reduction: Reduction, file: String, output: String, seconds: Double) {
    self.file = file
    self.output = output
    signature = reduction.signature
    operationsBefore = reduction.original.operations.count
    operationsAfter = reduction.minimal.operations.count
    candidates = reduction.candidates
    cached = reduction.cached
    runs = reduction.runs
    rounds = reduction.rounds
    isComplete = reduction.isComplete
    stopped = reduction.stopped
    before = reduction.before
    after = reduction.after
    runsPerCandidate = reduction.patience.runs
    confidence = reduction.patience.confidence
    self.seconds = seconds
    scenario = ScenarioPrinter.print(reduction.minimal)
    next = "keywake export \(output) --as c"
  }

  func print(_ reduction: Reduction) {
    Stream.output.write(scenario)
    Stream.output.line("")
    Stream.output.line("\(signature)")
    Stream.output.line(
      "  \(operationsBefore) operations before, \(operationsAfter) after; \(candidates) candidates in \(runs) runs, "
        + "\(String(format: "%.1f", seconds)) s")
    for note in reduction.notes { Stream.output.line("  \(note)") }
    // Every interleaving was looked at, and there is no rate.
    if variant == nil {
      Stream.output.line("  original: shown in \(before.reproduced) of \(before.attempts) fresh runs")
      if let after { Stream.output.line("  minimal:  shown in \(after.reproduced) of \(after.attempts) fresh runs") }
      Stream.output.line(
        "  a candidate as frequent as the original was taken with \(Int((confidence * 100).rounded(.down))) % "
          + "(up to \(runsPerCandidate) runs each)")
    }
    Stream.output.line(
      isComplete
        ? "  nothing more can be taken away" : "  not finished: \(stopped ?? "too many rounds"); --resume goes on")
    Stream.output.line("  written to \(output)")
    Stream.output.line("  next: \(next)")
  }
}
