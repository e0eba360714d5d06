import Foundation
import Glibc

/// What a worker does.
public struct WorkerKind: Sendable, Hashable {
  public enum Form: Sendable, Hashable {
    /// Random scenarios on the live kernel: `keywake fuzz`.
    case generator
    /// Random races on the simulated kernel: `keywake fuzz --races`.
    case machineRaces
    /// The corpus' races on the live kernel: `keywake litmus`.
    case liveRaces
    /// Many waiters in all kinds of memory on the live kernel: `keywake stress`.
    case stress
    /// A coverage-guided libFuzzer program.
    case target(program: String)
  }
  public var name: String
  public var form: Form

  public static let generator = WorkerKind(name: "generator", form: .generator)
  public static let machineRaces = WorkerKind(name: "machine-races", form: .machineRaces)
  public static let liveRaces = WorkerKind(name: "live-races", form: .liveRaces)
  public static let stress = WorkerKind(name: "stress", form: .stress)

  public init(name: String, form: Form) {
    self.name = name
    self.form = form
  }

  public var isTarget: Bool { if case .target = form { true } else { false } }

  /// Whether it keeps inputs that show something new.
  public var growsCorpus: Bool { isTarget || form == .generator || form == .machineRaces }

  /// Whether it finds scenarios that `keywake replay` runs.
  public var isLive: Bool {
    switch form {
    case .generator, .liveRaces: true
    case .machineRaces, .stress: false
    case .target: name == "ContractVsLive"
    }
  }

  /// The libFuzzer targets that are known.
  public static let targetNames = ["ContractVsLive", "MachineRaces", "ScenarioForms"]
  public static let names = ["generator", "machine-races", "live-races", "stress"] + targetNames

  /// What can work here, and for the rest the reason.
  /// - Parameters:
  ///   - only: names that are wanted; empty for all.
  ///   - targets: the folder of libFuzzer programs.
  ///   - races: the folder of races for `live-races`.
  public static func available(only: [String], targets: String?, races: String?) throws(CampaignError) -> (
    kinds: [WorkerKind], missing: [String]
  ) {
    for name in only where !names.contains(name) {
      throw CampaignError(
        "--only: expected some of \(names.joined(separator: ", ")), found '\(name)'", isUsage: true)
    }
    func isWanted(_ name: String) -> Bool { only.isEmpty || only.contains(name) }
    var kinds = [generator, machineRaces].filter { isWanted($0.name) }
    var missing: [String] = []
    if isWanted(liveRaces.name) {
      if races != nil {
        kinds.append(liveRaces)
      } else {
        missing.append("no live-races: there is no folder Corpus/races")
      }
    }
    if isWanted(stress.name) { kinds.append(stress) }
    for name in targetNames where isWanted(name) {
      let program = targets.map { "\($0)/\(name)" }
      if let program, access(program, X_OK) == 0 {
        kinds.append(WorkerKind(name: name, form: .target(program: program)))
      } else {
        missing.append(
          "no \(name): it is not built for libFuzzer\(targets.map { " in \($0)" } ?? "") (./Fuzz/targets does)")
      }
    }
    if let name = only.first(where: { name in !kinds.contains { $0.name == name } }) {
      throw CampaignError(
        "--only: \(missing.first { $0.hasPrefix("no \(name):") } ?? "no \(name)")", isUsage: true)
    }
    return (kinds, missing)
  }
}
