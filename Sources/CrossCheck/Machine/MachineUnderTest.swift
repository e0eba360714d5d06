import Explorer
import Machine
import Scenario

/// One version of the simulated kernel. Scenarios run on it under every interleaving of their race; what was linked for
/// one is kept for the next. For one thread.
public final class MachineUnderTest {
  /// The derivation's full name, `derive.3.11`.
  public let variant: String
  public let library: ProgramLibrary
  private let limits: SearchLimits
  private let codes = LinkedOperations()

  /// - Parameter limits: of one search.
  public init(variant: String, library: ProgramLibrary, limits: SearchLimits) {
    self.variant = variant
    self.library = library
    self.limits = limits
  }

  /// As signatures name it: `machine-3.11`.
  public var answerer: String { Self.answerer(of: variant) }
  /// - Parameter variant: the derivation's full name.
  public static func answerer(of variant: String) -> String { "machine-\(Program.version(variant))" }

  /// - Parameter file: names the scenario in what is found.
  /// - Throws: ``ProgramError`` when there is no such derivation.
  public func explore(_ scenario: Scenario, file: String) throws(ProgramError) -> ScenarioExploration {
    try ScenarioExploration.run(
      scenario, file: file, variant: variant, library: library, codes: codes,
      search: { ExhaustiveSearch.run($0, limits: limits) })
  }

  /// The scenario with as few operations in its race as break the same rule, and how they break it. All else is left as
  /// it is: this is what a signature is taken from, `keywake minimize` does the rest.
  public func withFewestCalls(
    _ scenario: Scenario, _ breach: MachineBreach, _ result: ScenarioExploration, file: String
  )
    throws(ProgramError) -> (scenario: Scenario, breach: MachineBreach, result: ScenarioExploration)
  {
    var best = (scenario, breach, result)
    let race = scenario.elements.firstIndex { if case .race = $0 { true } else { false } }
    guard breach.finding != nil, let race else { return best }
    var failure: ProgramError?
    _ = ScenarioReduction.reduce(scenario, tries: Limits.operations, mayGo: { $0.element == race }) { smaller in
      do throws(ProgramError) {
        let result = try explore(smaller, file: file)
        let same = MachineBreach.all(smaller, result).first { $0.divergence.rule == breach.divergence.rule }
        guard let same else { return false }
        best = (smaller, same, result)
        return true
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
    return best
  }
}
