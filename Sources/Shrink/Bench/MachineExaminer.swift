import CrossCheck
import Explorer
import Machine
import Scenario

/// Runs candidates on a version of the simulated kernel, under every interleaving of their race: the same candidate
/// always comes to the same.
public final class MachineExaminer: Examiner {
  private let machine: MachineUnderTest
  private let file: String
  private var signature: String?
  /// What the original shows.
  private var wanted: Divergence?

  /// - Parameters:
  ///   - file: names the scenario in what is found.
  ///   - signature: the finding's; without one, the first that the original shows.
  public init(_ machine: MachineUnderTest, file: String, signature: String?) {
    self.machine = machine
    self.file = file
    self.signature = signature
  }

  /// One more, that looks for the same on a machine of its own.
  public init(_ machine: MachineUnderTest, like other: MachineExaminer) {
    self.machine = machine
    (file, signature, wanted) = (other.file, other.signature, other.wanted)
  }

  /// The first scenario that is examined is the original.
  public func examine(_ scenario: Scenario) -> Examination {
    let result: ScenarioExploration
    do throws(ProgramError) { result = try machine.explore(scenario, file: file) } catch {
      return .other("skipped: \(error)")
    }
    let breaches = MachineBreach.all(scenario, result)
    guard
      let breach = wanted.map({ wanted in breaches.first { Self.isSame($0.divergence, wanted) } }) ?? first(breaches)
    else {
      let others = breaches.map { $0.divergence.signature(of: machine.answerer) }.joined(separator: ", ")
      return .other(others.isEmpty ? Self.text(result) : others)
    }
    let name = signature ?? breach.divergence.signature(of: machine.answerer)
    if wanted == nil { (wanted, signature) = (breach.divergence, name) }
    return .finding(signature: name, position: breach.divergence.position)
  }

  private func first(_ breaches: [MachineBreach]) -> MachineBreach? {
    guard let signature else { return breaches.first }
    return breaches.first { $0.divergence.signature(of: machine.answerer) == signature }
  }

  private static func text(_ result: ScenarioExploration) -> String {
    if let known = result.known { return "known: \(known.map(\.rawValue).sorted().joined(separator: ", "))" }
    return result.verdict.name + (result.verdict.detail.map { ": \($0)" } ?? "")
  }

  /// The same rule, and of the lanes' calls and memory nothing but what the original has: these become fewer. What a race
  /// shows is not what one call without anything beside it does.
  private static func isSame(_ divergence: Divergence, _ wanted: Divergence) -> Bool {
    func kinds(_ memory: String) -> Set<Substring> { Set(memory.split(separator: "+")) }
    return divergence.rule == wanted.rule
      && RaceCalls.isRace(divergence.operation) == RaceCalls.isRace(wanted.operation)
      && kinds(divergence.memory).isSubset(of: kinds(wanted.memory))
      && RaceCalls.isPart(divergence.operation, of: wanted.operation)
  }

  /// The steps of a scenario that shows the finding, with the fewest switches between its lanes where such are found, and
  /// what is to be said of it.
  public func describe(_ scenario: Scenario, limits: SearchLimits) -> (schedule: StoredSchedule?, words: [String]) {
    guard let result = try? machine.explore(scenario, file: file), let wanted,
      let breach = MachineBreach.all(scenario, result).first(where: { Self.isSame($0.divergence, wanted) })
    else { return (nil, []) }
    let words = MachineFinding.words(breach, result, on: machine)
    guard let finding = breach.finding, let explored = result.explored else { return (nil, words) }
    let final = finding.kind == .forbiddenOutcome ? explored.forbidden?.final : nil
    let fewest = FewestSwitches.schedule(explored.race, for: finding, final: final, limits: limits)
    let schedules = [fewest, finding.schedule].map { MachineFinding.schedule($0, scenario, result) }
    // One that is replayed shows it.
    let good = schedules.compactMap { $0 }.first { stored in
      guard let run = try? Recording.replay(stored, on: explored.race) else { return false }
      return final.map { run.final == $0 } ?? (run.finding?.kind == finding.kind)
    }
    return (good ?? schedules.last ?? nil, words)
  }
}
