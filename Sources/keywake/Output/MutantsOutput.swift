import Explorer
import Machine

/// What became of the mutants of some programs.
struct MutantsOutput: Encodable {
  struct Program: Encodable {
    var program: String
    /// Races that can tell something of it.
    var races: Int
    var mutants: Int
    var stillborn: Int
    var killed: Int
    /// Alive, and listed with the reason why nobody can see them.
    var equivalent: Int
    /// Alive, and listed as not equivalent.
    var known: Int
    /// Alive and not listed.
    var gaps: [String]
    /// Each mutant and its fate.
    var fates: [Fate]
    /// Names of all that live.
    var aliveNames: [String]

    struct Fate: Encodable {
      var mutant: String
      var fate: String
    }
    enum CodingKeys: String, CodingKey {
      case program, races, mutants, stillborn, killed, equivalent, known, gaps, fates
    }

    init(_ program: String, _ studies: [MutationStudy], _ results: [MutantResult], _ review: MutantReview) {
      self.program = program
      races = studies.map { $0.raceCount(of: program) }.max() ?? 0
      mutants = results.count
      killed = results.count { $0.isKilled }
      let alive = results.filter(\.isAlive).map(\.mutant.name)
      stillborn = results.count - killed - alive.count
      gaps = alive.filter { review.standing(of: $0) == .unlisted }
      known = alive.count { review.standing(of: $0) == .gap }
      equivalent = alive.count - known - gaps.count
      aliveNames = alive
      fates = results.map { result in
        switch result.fate {
        case .stillborn: Fate(mutant: result.mutant.name, fate: "no program")
        case .killed(let litmus, let how): Fate(mutant: result.mutant.name, fate: "killed by \(litmus): \(how)")
        case .alive: Fate(mutant: result.mutant.name, fate: "alive")
        }
      }
    }
  }

  var seconds: Double
  var programs: [Program]
  /// Listed, but killed or gone.
  var stale: [String] = []
  var gaps: [String] { programs.flatMap(\.gaps) }

  /// Killed mutants, of those of a kind of program that are not listed as equivalent.
  struct Score: Encodable {
    var kind: String
    var killed: Int
    var notEquivalent: Int
  }
  /// Of the derivations, of the environment's programs, of the reverse map, of waiting and waking.
  var scores: [Score] {
    let kinds = [
      ("derivations", ["derive"]), ("environment", ["env"]), ("reverse map", MutantSubject.reverseMapKinds),
      ("waiting and waking", MutantSubject.waitingKinds),
    ]
    return kinds.compactMap { kind, prefixes in
      let part = programs.filter { prefixes.contains(Machine.Program.kind($0.program)) }
      let killed = part.reduce(0) { $0 + $1.killed }
      let alive = part.reduce(0) { $0 + $1.known + $1.gaps.count }
      return killed + alive == 0 ? nil : Score(kind: kind, killed: killed, notEquivalent: killed + alive)
    }
  }

  enum CodingKeys: String, CodingKey { case seconds, scores, programs, stale }
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(seconds, forKey: .seconds)
    try container.encode(scores, forKey: .scores)
    try container.encode(programs, forKey: .programs)
    try container.encode(stale, forKey: .stale)
  }

  func print(all: Bool) {
    let width = max(8, programs.map(\.program.count).max() ?? 0)
    Stream.output.line(
      row("program", ["mutants", "killed", "no prog.", "equiv.", "alive", "unlisted", "score"], width))
    for program in programs {
      Stream.output.line(
        row(
          program.program,
          [
            "\(program.mutants)", "\(program.killed)", "\(program.stillborn)", "\(program.equivalent)",
            "\(program.known)", "\(program.gaps.count)",
            Self.score(program.killed, program.known + program.gaps.count),
          ], width))
    }
    let killed = programs.reduce(0) { $0 + $1.killed }
    let known = programs.reduce(0) { $0 + $1.known }
    Stream.output.line(
      "\(programs.reduce(0) { $0 + $1.mutants }) mutants in \(TimeSpan.text(Int(seconds))): \(killed) killed, "
        + "\(programs.reduce(0) { $0 + $1.equivalent }) equivalent, \(known) alive though not equivalent, "
        + "\(gaps.count) unlisted; score \(Self.score(killed, known + gaps.count))")
    for score in scores {
      Stream.output.line(
        "\(score.kind): \(score.killed) of \(score.notEquivalent) that are not equivalent are killed, "
          + Self.score(score.killed, score.notEquivalent - score.killed))
    }
    if all {
      for program in programs { for fate in program.fates { Stream.output.line("  \(fate.mutant): \(fate.fate)") } }
    }
    if !gaps.isEmpty {
      Stream.output.line("alive, and no reason is listed:")
      for gap in gaps { Stream.output.line("  \(gap)") }
    }
    if !stale.isEmpty {
      Stream.output.line("listed, but killed or gone:")
      for name in stale { Stream.output.line("  \(name)") }
    }
  }

  private static func score(_ killed: Int, _ gaps: Int) -> String {
    killed + gaps == 0 ? "-" : "\(killed * 100 / (killed + gaps)) %"
  }

  private func row(_ name: String, _ cells: [String], _ width: Int) -> String {
    name + String(repeating: " ", count: width - name.count)
      + cells.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined()
  }
}
