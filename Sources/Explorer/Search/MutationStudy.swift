import Machine

/// The races that are to object to mutants of programs.
///
/// A mutant is killed by a rule that it breaks, by a preparation that no longer comes to its end, by a set of outcomes, of
/// states that are left or of waits for a page lock that differs from the original's, or by a witness that it no longer
/// shows. Where the original breaks a rule itself, the kinds of rule that are broken are compared, and by which program.
public struct MutationStudy: Sendable {
  private let library: ProgramLibrary
  private let variant: String
  private let rmap: String
  private let wake: String?
  private let limits: SearchLimits
  private var tests: [Test] = []

  private struct Test: Sendable {
    var litmus: Litmus
    var memory: MemoryModel
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
  ///   - memories: the first that objects to a mutant ends its trial.
  ///   - programs: those whose mutants will be asked for; `nil`: any. Races that none of them is in are not searched.
  /// - Throws: ``ProgramError`` when a race is wrong without any mutation.
  public init(
    asVariant variant: String, rmap: String = Linker.currentReverseMap, wake: String? = nil,
    memories: [MemoryModel] = [.sc], of programs: Set<String>? = nil,
    library: ProgramLibrary, litmus: [Litmus], limits: SearchLimits = SearchLimits()
  ) throws(ProgramError) {
    self.library = library
    self.variant = variant
    self.rmap = rmap
    self.wake = wake
    self.limits = limits
    // What store buffers add is looked for where nothing is broken without them.
    var broken: Set<String> = []
    for memory in memories {
      for test in litmus
      where memory == .sc || test.lanes.count <= Race.mostBufferedLanes && !broken.contains(test.name) {
        try add(test, memory, programs)
      }
      if memory == .sc { broken = Set(tests.filter { !$0.baseline.findings.isEmpty }.map(\.litmus.name)) }
    }
    // Cheap models and small races first: they object as well as the dear ones do.
    let rank = { (test: Test) in (memories.firstIndex(of: test.memory) ?? 0, test.baseline.states) }
    tests.sort { rank($0) < rank($1) }
  }

  /// Of programs as one runs them.
  public init(
    _ setting: MutantSubject.Setting, of programs: Set<String>, library: ProgramLibrary, litmus: [Litmus],
    limits: SearchLimits = SearchLimits()
  ) throws(ProgramError) {
    try self.init(
      asVariant: setting.variant, rmap: setting.rmap, wake: setting.wake, memories: setting.memories, of: programs,
      library: library, litmus: litmus, limits: limits)
  }

  private mutating func add(_ test: Litmus, _ memory: MemoryModel, _ programs: Set<String>?) throws(ProgramError) {
    let race = try race(test, memory, library)
    if let programs, race.usedPrograms.isDisjoint(with: programs) { return }
    let report = ExhaustiveSearch.run(race, limits: limits)
    guard report.bound == nil else { return }
    let lines = race.lines { report.coverage[SearchReport.CoveredLine(program: $0, line: $1)] != nil }
    tests.append(
      Test(
        litmus: test, memory: memory, baseline: report, programs: race.usedPrograms,
        lines: Set(lines.map { SearchReport.CoveredLine(program: $0.program, line: $0.line) }),
        prepared: Set(race.preparedLines.map { SearchReport.CoveredLine(program: $0.program, line: $0.line) }),
        initial: race.initial)
    )
  }

  private func race(_ litmus: Litmus, _ memory: MemoryModel, _ library: ProgramLibrary) throws(ProgramError) -> Race {
    try Race(litmus, variant: variant, rmap: rmap, library: library, memory: memory, wake: wake)
  }

  /// Every mutant of a program; none of one that the library lacks. Those of its barriers are among them where memory is
  /// not sequentially consistent.
  public func mutants(of name: String) -> [Mutant] {
    let hasBuffers = tests.contains { $0.memory != .sc && $0.programs.contains(name) }
    return library[name].map { Mutant.all(of: $0, barriers: hasBuffers) } ?? []
  }

  /// Races that can tell something of a program.
  public func raceCount(of name: String) -> Int {
    Set(tests.filter { $0.programs.contains(name) }.map(\.litmus.name)).count
  }

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
        race = try self.race(test.litmus, test.memory, altered)
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
        let under = test.memory == .sc ? "" : " under \(test.memory.rawValue)"
        return MutantResult(mutant: mutant, fate: .killed(litmus: test.litmus.name + under, how: how))
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
    let report = ExhaustiveSearch.run(race, limits: bounded, stopsAtFirst: baseline.findings.isEmpty)
    let known = Self.kinds(baseline.findings)
    if let news = report.findings.first(where: { !known.contains(Self.kind($0)) }) { return news.signature }
    if report.bound != nil { return "far more states than the original" }
    if let gone = known.subtracting(Self.kinds(report.findings)).min() { return "no \(gone) any more" }
    if report.outcomes.map(\.text) != baseline.outcomes.map(\.text) { return "other outcomes" }
    if Set(report.waits.map(\.kind)) != Set(baseline.waits.map(\.kind)) { return "other waits for the page lock" }
    if report.leftovers != baseline.leftovers { return "another state is left" }
    let wanted = race.litmus.witnesses.reduce(UInt32(0)) { $0 | $1.bit }
    if report.witnesses & wanted != baseline.witnesses & wanted { return "a witness is missing" }
    return nil
  }

  private static func kind(_ finding: Finding) -> String { "\(finding.kind) \(finding.program)" }
  private static func kinds(_ findings: [Finding]) -> Set<String> { Set(findings.map(kind)) }

  /// What becomes of a mutant in several studies: the first that objects kills it.
  public static func result(of mutant: Mutant, _ studies: [MutationStudy]) -> MutantResult {
    var result = MutantResult(mutant: mutant, fate: .alive)
    for study in studies {
      let next = study.result(of: mutant)
      if next.isKilled { return next }
      if !next.isAlive { result = next }
    }
    return result
  }

  /// Every mutant of a program, one after the other.
  public func results(of name: String) -> [MutantResult] { mutants(of: name).map { result(of: $0) } }
}
