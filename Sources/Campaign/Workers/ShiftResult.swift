import Foundation

/// What a worker's output says of its shift.
struct ShiftResult: Sendable {
  var executions: Int64 = 0
  /// Operations of scenarios, or states of the simulated kernel.
  var operations: Int64 = 0
  var coverage: Int64?
  /// Faults of Keywake's own that it mentions.
  var faults: [String] = []

  /// The summary of `keywake fuzz --json`.
  private struct Fuzz: Decodable {
    var scenarios: Int64
    var operations: Int64
    var faults: [String]
  }
  /// The summary of `keywake fuzz --races --json`.
  private struct Races: Decodable {
    var races: Int64
    var states: Int64
  }

  init(_ kind: WorkerKind, _ worker: WorkerProcess) {
    let json = Data(worker.output.text.utf8)
    let decoder = JSONDecoder()
    switch kind.form {
    case .generator:
      guard let summary = try? decoder.decode(Fuzz.self, from: json) else { return }
      (executions, operations, faults) = (summary.scenarios, summary.operations, summary.faults)
    case .machineRaces:
      guard let summary = try? decoder.decode(Races.self, from: json) else { return }
      (executions, operations) = (summary.races, summary.states)
    case .liveRaces:
      guard let summary = try? decoder.decode(LitmusSummary.self, from: json) else { return }
      executions = summary.races.reduce(0) { $0 + $1.runs }
      faults = summary.races.compactMap(\.fault)
    case .stress:
      guard let summary = try? decoder.decode(StressSummary.self, from: json) else { return }
      (executions, operations) = (summary.counts.checks, summary.operations)
      faults = [summary.fault].compactMap { $0 }
    case .target:
      let statistics = LibFuzzerLog(worker.errors.text + "\n" + worker.output.text)
      executions = statistics.executions
      coverage = statistics.coverage
    }
  }
}

/// What `keywake litmus --json` says, as far as a campaign reads it.
struct LitmusSummary: Decodable {
  struct Race: Decodable {
    var file: String
    var waiters: String
    var runs: Int64
    var outcomes: [Outcome]
    var fault: String?
  }
  struct Outcome: Decodable {
    var count: Int
    var standing: String
    /// Of the finding, where it is one.
    var signature: String?
  }
  var races: [Race]
}

/// What `keywake explore --json` says of scenarios, as far as a campaign reads it.
struct MachineSummary: Decodable {
  struct Scenario: Decodable { var signatures: [String] }
  var scenarios: [Scenario]
}

/// What `keywake stress --json` says, as far as a campaign reads it.
struct StressSummary: Decodable {
  struct Counts: Decodable { var checks: Int64 }
  var operations: Int64
  var counts: Counts
  /// Of what was found.
  var signatures: [String]
  var fault: String?
}
