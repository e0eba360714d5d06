import Machine

/// The races that are to object to mutants of programs.
///
/// Used are the races in which the version at hand breaks no rule. A mutant is killed by a rule that it breaks, by a
/// preparation that no longer comes to its end, by a set of outcomes or of waits for a page lock that differs from the
/// original's, or by a witness that it no longer shows.
public struct MutationStudy: Sendable {
  private let library: ProgramLibrary
  private let variant: String
  private let rmap: String
  private let wake: String?
  private let limits: SearchLimits
  private var tests: [Test] = []

  private struct Test: Sendable {
    var litmus: Litmus
    var baseline: SearchReport
    /// Programs that its lanes and preparations are made of: a change of any other changes nothing in it.
    var programs: Set<String>
  }

  /// - Parameters:
  ///   - variant: the derivation that the races run with.
  ///   - rmap: the lookup in the reverse map that they run with.
  ///   - wake: the era of waiting and waking; `nil`: what went with the derivation.
  /// - Throws: ``ProgramError`` when a race is wrong without any mutation.
  public init(
    asVariant variant: String, rmap: String = Linker.currentReverseMap, wake: String? = nil,
    library: ProgramLibrary, litmus: [Litmus], limits: SearchLimits = SearchLimits()
  ) throws(ProgramError) {
    self.library = library
    self.variant = variant
    self.rmap = rmap
    self.wake = wake
    self.limits = limits
    for test in litmus {
      let race = try Race(test, variant: variant, rmap: rmap, library: library, wake: wake)
      let report = ExhaustiveSearch.run(race, limits: limits)
      guard report.verdict == .agree else { continue }
      tests.append(Test(litmus: test, baseline: report, programs: race.usedPrograms))
    }
  }

  /// Every mutant of a program; none of one that the library lacks.
  public func mutants(of name: String) -> [Mutant] { library[name].map(Mutant.all) ?? [] }

  /// Races that can tell something of a program.
  public func raceCount(of name: String) -> Int { tests.count { $0.programs.contains(name) } }

  /// Runs one mutant on the races, those that run its line first, until one objects.
  public func result(of mutant: Mutant) -> MutantResult {
    let name = mutant.program.name
    var altered = library
    altered.add(mutant.program)
    let line = SearchReport.CoveredLine(program: name, line: mutant.line)
    let concerned = tests.filter { $0.programs.contains(name) }
    let near = concerned.filter { $0.baseline.coverage.contains(line) }
    let far = concerned.filter { !$0.baseline.coverage.contains(line) }
    for test in near + far {
      let race: Race
      do throws(ProgramError) {
        race = try Race(test.litmus, variant: variant, rmap: rmap, library: altered, wake: wake)
      } catch {
        // An error of the race's file is a preparation that no longer comes to its end.
        if error.file == test.litmus.file {
          return MutantResult(mutant: mutant, fate: .killed(litmus: test.litmus.name, how: "the preparation fails"))
        }
        return MutantResult(mutant: mutant, fate: .stillborn)
      }
      if let how = objection(race, test.baseline) {
        return MutantResult(mutant: mutant, fate: .killed(litmus: test.litmus.name, how: how))
      }
    }
    return MutantResult(mutant: mutant, fate: .alive)
  }

  private func objection(_ race: Race, _ baseline: SearchReport) -> String? {
    var bounded = limits
    bounded.states = baseline.states * 8 + 2000
    let report = ExhaustiveSearch.run(race, limits: bounded, stopsAtFirst: true)
    if let finding = report.findings.first { return finding.signature }
    if report.bound != nil { return "far more states than the original" }
    if report.outcomes.map(\.text) != baseline.outcomes.map(\.text) { return "other outcomes" }
    if Set(report.waits.map(\.kind)) != Set(baseline.waits.map(\.kind)) { return "other waits for the page lock" }
    let wanted = race.litmus.witnesses.reduce(UInt32(0)) { $0 | $1.bit }
    if report.witnesses & wanted != baseline.witnesses & wanted { return "a witness is missing" }
    return nil
  }

  /// Every mutant of a program, one after the other.
  public func results(of name: String) -> [MutantResult] { mutants(of: name).map { result(of: $0) } }
}
