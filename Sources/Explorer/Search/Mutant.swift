import Machine

/// A program with one line changed.
public struct Mutant: Sendable {
  public enum Change: String, Sendable, CaseIterable {
    case delete
    case duplicate
    case swapWithNext = "swap-with-next"
    case negate
  }
  public var program: Program
  public var change: Change
  /// Index of the line.
  public var line: Int
  public var text: String
}

/// What became of a mutant.
public struct MutantResult: Sendable {
  public var mutant: Mutant
  /// `nil`: it lives. Else the race that killed it, and what was found.
  public var killer: (litmus: String, finding: Finding)?
  /// It is no program any more.
  public var isStillborn: Bool
}

public enum Mutation {
  /// Runs every mutant of a derivation on the races, until one objects.
  ///
  /// A mutant is killed by a finding, by an outcome set that differs from the original's, or by a line on which it
  /// waits for the page lock and the original does not.
  public static func results(
    of name: String, asVariant variant: String, rmap: String = Linker.currentReverseMap, library: ProgramLibrary,
    litmus tests: [Litmus],
    limits: SearchLimits = SearchLimits()
  ) -> [MutantResult] {
    guard let program = library[name] else { return [] }
    var baselines: [SearchReport?] = []
    for test in tests {
      baselines.append(
        (try? Race(test, variant: variant, rmap: rmap, library: library)).map {
          ExhaustiveSearch.run($0, limits: limits)
        })
    }
    let clean = tests.indices.filter { baselines[$0]?.verdict == .agree }
    var bounded = limits
    return program.mutants().map { mutated, change, line, text in
      let mutant = Mutant(program: mutated, change: change, line: line, text: text)
      var altered = library
      altered.add(mutated)
      for index in clean {
        guard let baseline = baselines[index] else { continue }
        guard let race = try? Race(tests[index], variant: variant, rmap: rmap, library: altered) else {
          return MutantResult(mutant: mutant, killer: nil, isStillborn: true)
        }
        bounded.states = baseline.states * 8 + 2000
        let report = ExhaustiveSearch.run(race, limits: bounded, stopsAtFirst: true)
        if let finding = report.findings.first {
          return MutantResult(mutant: mutant, killer: (tests[index].name, finding), isStillborn: false)
        }
        if report.outcomes.map(\.text) != baseline.outcomes.map(\.text)
          || report.waits.map(\.signature) != baseline.waits.map(\.signature)
        {
          let finding = Finding(kind: .inconsistent, program: name, line: line, thread: 0, schedule: [], cycle: 0)
          return MutantResult(mutant: mutant, killer: (tests[index].name, finding), isStillborn: false)
        }
      }
      return MutantResult(mutant: mutant, killer: nil, isStillborn: false)
    }
  }
}

extension Program {
  fileprivate func mutants() -> [(Program, Mutant.Change, Int, String)] {
    var result: [(Program, Mutant.Change, Int, String)] = []
    for line in lines.indices {
      if let deleted = deleting(line) { result.append((deleted, .delete, line, lines[line].text)) }
      if let doubled = duplicating(line) { result.append((doubled, .duplicate, line, lines[line].text)) }
      if let swapped = swapping(line) { result.append((swapped, .swapWithNext, line, lines[line].text)) }
      if let negated = negating(line) { result.append((negated, .negate, line, lines[line].text)) }
    }
    return result
  }
}
