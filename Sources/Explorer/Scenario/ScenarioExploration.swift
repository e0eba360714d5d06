import Contract
import Machine
import Scenario

/// A scenario on the Machine with one version of the derivation, held against the Contract: operations one after the
/// other, then its first race under the interleavings that a search looks at.
public struct ScenarioExploration: Sendable {
  public enum Verdict: Sendable, Hashable {
    case agree
    /// What was seen, and where.
    case disagree(String)
    case undecided(String)
    /// Why the Machine does not run the scenario, or not all of it.
    case skipped(String)

    public var name: String {
      switch self {
      case .agree: "agree"
      case .disagree: "disagree"
      case .undecided: "undecided"
      case .skipped: "skipped"
      }
    }
    public var detail: String? {
      switch self {
      case .agree: nil
      case .disagree(let text), .undecided(let text), .skipped(let text): text
      }
    }
  }

  /// A race of the scenario, explored.
  public struct Explored: Sendable {
    public var race: Race
    public var report: SearchReport
    public var outcomes: [RaceOutcomeRow]

    /// The first outcome that is reached and forbidden.
    public var forbidden: RaceOutcomeRow? { outcomes.first { $0.standing == .forbidden && $0.isReached } }
    /// The first rule that is broken, or else the first forbidden outcome, with its schedule.
    public var finding: Finding? { report.findings.first ?? forbiddenFinding }

    var forbiddenFinding: Finding? {
      guard let forbidden, forbidden.final != nil else { return nil }
      return Finding(
        kind: .forbiddenOutcome, program: "", line: nil, thread: 0, schedule: forbidden.schedule, cycle: 0)
    }
  }

  /// What is wrong with an operation of the sequence.
  public struct Broken: Sendable, Hashable {
    /// Index into `Scenario.operations`.
    public var position: Int
    /// Name of a rule of the Contract, or a kind of violation.
    public var rule: String
    public var promised: String
    public var seen: String
  }

  public var verdict: Verdict
  /// Operations that were done in sequence and held against the Contract.
  public var performed = 0
  /// Operations of the scenario, those of races included.
  public var operations: Int
  public var explored: Explored?
  /// Why it disagrees, when that is not the race.
  public var broken: Broken?

  /// - Parameters:
  ///   - file: names the scenario in what is found.
  ///   - release: whose promise is held against what comes out.
  ///   - codes: what was linked before for the same version.
  ///   - search: explores the race, within bounds that its author chose.
  /// - Throws: ``ProgramError`` when there is no such version.
  public static func run(
    _ scenario: Scenario, file: String, variant: String, library: ProgramLibrary,
    release: KernelRelease = .newest, codes: LinkedOperations = LinkedOperations(), search: (Race) -> SearchReport
  ) throws(ProgramError) -> ScenarioExploration {
    var runner = try ScenarioRunner(variant: variant, library: library, codes: codes)
    var contract = Contract(release: release)
    var result = ScenarioExploration(verdict: .agree, operations: scenario.operations.count)
    var number = 0
    for (index, element) in scenario.elements.enumerated() {
      switch element {
      case .operation(let operation):
        number += 1
        do throws(NotOnMachine) {
          let observed = try runner.perform(operation)
          do throws(Disagreement) {
            try contract.step(operation, observed: observed)
            result.performed += 1
          } catch {
            let (promised, seen) = (RaceOutcomeRow.text(error.promise), RaceOutcomeRow.text(observed))
            result.verdict = .disagree(
              "operation \(number), \(operation.text): the Machine gives \(seen), the "
                + "Contract promises \(promised) (\(error.rule.rawValue))")
            result.broken = Broken(position: number - 1, rule: error.rule.rawValue, promised: promised, seen: seen)
            return result
          }
        } catch {
          guard let fault = error.fault else {
            result.verdict = .skipped(error.reason)
            return result
          }
          result.verdict = .disagree("operation \(number), \(operation.text): \(error.reason)")
          result.broken = Broken(
            position: number - 1, rule: fault.keyword, promised: "that no rule is broken", seen: error.reason)
          return result
        }
      case .race(let lanes):
        let before = runner.sleeping
        do throws(NotOnMachine) {
          let translated = try runner.litmus(file, lanes)
          let race = try bind(translated, variant, library)
          result.explore(race, translated, contract.allowedOutcomes(of: lanes), before, search)
        } catch {
          result.verdict = .skipped(error.reason)
          return result
        }
        // A race ends in many states; what comes after it would have to be run from each.
        if index + 1 < scenario.elements.count, result.verdict == .agree {
          let after = scenario.elements.count - index - 1
          result.remark =
            "the \(after) line\(after == 1 ? "" : "s") after the race \(after == 1 ? "is" : "are") not run"
        }
        return result
      }
    }
    return result
  }

  /// What was left out of a scenario that agrees.
  public var remark: String?

  private static func bind(_ race: ScenarioRace, _ variant: String, _ library: ProgramLibrary) throws(NotOnMachine)
    -> Race
  {
    do throws(ProgramError) {
      return try Race(race.litmus, variant: variant, library: library)
    } catch {
      throw NotOnMachine("\(error)")
    }
  }

  private mutating func explore(
    _ race: Race, _ translated: ScenarioRace, _ promise: RacePromise, _ before: Set<UInt8>,
    _ search: (Race) -> SearchReport
  ) {
    let report = search(race)
    let rows = RaceOutcomeRow.rows(promise, report.finals, report.endings, translated, before)
    explored = Explored(race: race, report: report, outcomes: rows)
    if let finding = report.findings.first {
      verdict = .disagree("\(finding.kind.text) (\(finding.place(in: race)))")
    } else if let forbidden = explored?.forbidden {
      verdict = .disagree("the race can come to \(forbidden.text), which the Contract forbids")
    } else if let reason = promise.unsupported {
      verdict = .skipped("the Contract promises nothing: \(reason)")
    } else if case .undecided(let bound) = report.verdict {
      verdict = .undecided("\(bound.rawValue) after \(report.transitions) steps")
    }
  }
}
