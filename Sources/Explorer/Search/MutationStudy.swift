import Machine

/// The races that are to object to mutants of programs.
///
/// Used are the races in which the version at hand breaks no rule. A mutant is killed by a rule that it breaks, by a
/// preparation that no longer comes to its end, by a set of outcomes, of states that are left or of waits for a page lock
/// that differs from the original's, or by a witness that it no longer shows.
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
    /// Lines that its lanes can come to: a change of any other changes nothing but its preparation.
    var lines: Set<SearchReport.CoveredLine>
    /// Lines that its preparation runs: a change of any other changes nothing of what it leaves.
    var prepared: Set<SearchReport.CoveredLine>
    /// What its preparation leaves.
    var initial: MachineState
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
      let lines = race.lines { report.coverage.contains(SearchReport.CoveredLine(program: $0, line: $1)) }
      tests.append(
        Test(
          litmus: test, baseline: report, programs: race.usedPrograms,
          lines: Set(lines.map { SearchReport.CoveredLine(program: $0.program, line: $0.line) }),
          prepared: Set(race.preparedLines.map { SearchReport.CoveredLine(program: $0.program, line: $0.line) }),
          initial: race.initial)
      )
    }
    // The small ones first: they object as well as the large ones do.
    tests.sort { $0.baseline.states < $1.baseline.states }
  }

  /// Every mutant of a program; none of one that the library lacks.
  public func mutants(of name: String) -> [Mutant] { library[name].map(Mutant.all) ?? [] }

  /// Races that can tell something of a program.
  public func raceCount(of name: String) -> Int { tests.count { $0.programs.contains(name) } }

  /// Runs one mutant on the races until one objects. A race whose lanes cannot come to the line, and whose preparation
  /// leaves what it left before, is not searched: it is the same race.
  public func result(of mutant: Mutant) -> MutantResult {
    let name = mutant.program.name
    var altered = library
    altered.add(mutant.program)
    let line = SearchReport.CoveredLine(program: name, line: mutant.line)
    var isLinked = false
    for test in tests where test.programs.contains(name) {
      let isReached = test.lines.contains(line)
      // The first race is bound whatever it reaches: a mutant may be no program at all.
      if isLinked, !isReached, !test.prepared.contains(line) { continue }
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
      isLinked = true
      if !isReached, race.initial.sharesAll(with: test.initial) { continue }
      if let how = objection(race, test.baseline) {
        return MutantResult(mutant: mutant, fate: .killed(litmus: test.litmus.name, how: how))
      }
    }
    return MutantResult(mutant: mutant, fate: .alive)
  }

  /// Whether some race can come to the line of a mutant.
  public func reaches(_ mutant: Mutant) -> Bool {
    let line = SearchReport.CoveredLine(program: mutant.program.name, line: mutant.line)
    return tests.contains { $0.lines.contains(line) }
  }

  private func objection(_ race: Race, _ baseline: SearchReport) -> String? {
    var bounded = limits
    bounded.states = baseline.states * 8 + 2000
    let report = ExhaustiveSearch.run(race, limits: bounded, stopsAtFirst: true)
    if let finding = report.findings.first { return finding.signature }
    if report.bound != nil { return "far more states than the original" }
    if report.outcomes.map(\.text) != baseline.outcomes.map(\.text) { return "other outcomes" }
    if Set(report.waits.map(\.kind)) != Set(baseline.waits.map(\.kind)) { return "other waits for the page lock" }
    if report.leftovers != baseline.leftovers { return "another state is left" }
    let wanted = race.litmus.witnesses.reduce(UInt32(0)) { $0 | $1.bit }
    if report.witnesses & wanted != baseline.witnesses & wanted { return "a witness is missing" }
    return nil
  }

  /// Every mutant of a program, one after the other.
  public func results(of name: String) -> [MutantResult] { mutants(of: name).map { result(of: $0) } }
}
