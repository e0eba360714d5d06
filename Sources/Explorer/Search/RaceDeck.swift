import Machine
import Scenario

/// Races, versions and schedules by bytes: every byte string is one run of one race on one version, for a fuzzer.
///
/// Two bytes choose the race, one the version; each of the others says which lane steps next (of those that cannot
/// step, the next one that can). When they have come to their end the lanes run to theirs, one after the other.
public struct RaceDeck {
  /// A run, held against the reviewed history.
  public struct Run: Sendable {
    public var race: String
    /// The derivation's name, or that of the reverse-map lookup.
    public var version: String
    public var schedule: [UInt8]
    public var finding: Finding?
    /// What is broken and where, for a reader.
    public var text: String?
    /// The row of the reviewed history that knows the finding.
    public var row: Int?

    /// A rule is broken, and nobody has said that it would be.
    public var isNews: Bool { finding != nil && row == nil }
  }

  private struct Choice {
    var litmus: Litmus
    var isReverseMap: Bool
  }

  /// Steps of one run.
  static let steps = 20_000
  /// Steps that the bytes may choose.
  static let chosen = 2_000

  public let history: ReviewedHistory
  private let library: ProgramLibrary
  private var choices: [Choice] = []
  private var built: [Int: Race] = [:]

  /// - Parameters:
  ///   - races: those that the history does not know are left out.
  ///   - history: rows of the derivations' and of the reverse-map lookups' tables together.
  ///   - reverseMap: names of the races that run on every lookup, and not on every derivation.
  public init(races: [Litmus], history: ReviewedHistory, reverseMap: Set<String>, library: ProgramLibrary) {
    self.history = history
    self.library = library
    let known = Set(history.rows.map(\.race))
    choices = races.filter { known.contains($0.name) }
      .map { Choice(litmus: $0, isReverseMap: reverseMap.contains($0.name)) }
  }

  public var raceCount: Int { choices.count }

  /// - Parameter note: told a number for each pair of program lines that follow each other, and for each line with the
  ///   circumstances in which it ran, as coverage.
  /// - Throws: ``ProgramError`` when a race does not fit the programs.
  public mutating func run(_ bytes: some Collection<UInt8>, note: (UInt32) -> Void = { _ in }) throws(ProgramError)
    -> Run?
  {
    guard !choices.isEmpty, bytes.count >= 3 else { return nil }
    var rest = bytes[...]
    let number = (Int(rest.removeFirst()) | Int(rest.removeFirst()) << 8) % choices.count
    let choice = choices[number]
    let versions = choice.isReverseMap ? library.reverseMaps : library.variants
    let version = Int(rest.removeFirst()) % versions.count
    let race = try self.race(number, choice, versions[version].name, version)
    var run = Run(race: choice.litmus.name, version: versions[version].name, schedule: [])
    run.finding = Self.play(race, rest.prefix(Self.chosen), &run.schedule) { thread, line, last, circumstances in
      let pair = UInt32(line << 12 ^ last)
      note(
        (UInt32(number) &* 31 &+ UInt32(version)) &* 0x9e37_79b1 ^ UInt32(thread) << 13 ^ pair &* 0x85eb_ca6b)
      // Whatever the race is.
      let state = UInt32(line) << 6 | UInt32(circumstances.rawValue)
      note((UInt32(version) &+ 1) &* 0xc2b2_ae35 ^ state &* 0x27d4_eb2f)
    }
    if let finding = run.finding {
      let short = String(run.version.drop { $0 != "." }.dropFirst())
      run.row = history.row(race: run.race, kind: finding.kind, versions: [short])
      run.text =
        "\(run.race) on \(race.versions): \(finding.kind.text) (\(finding.place(in: race))); schedule "
        + StepList.text(finding.schedule)
    }
    return run
  }

  private mutating func race(_ number: Int, _ choice: Choice, _ name: String, _ version: Int) throws(ProgramError)
    -> Race
  {
    let key = number << 8 | version
    if let race = built[key] { return race }
    let race =
      try choice.isReverseMap
      ? Race(choice.litmus, variant: "derive.current", rmap: name, library: library)
      : Race(choice.litmus, variant: name, library: library)
    built[key] = race
    return race
  }

  private static func play(
    _ race: Race, _ choices: some Collection<UInt8>, _ schedule: inout [UInt8],
    note: (_ thread: Int, _ line: Int, _ last: Int, Circumstances) -> Void
  ) -> Finding? {
    if let (thread, outcome) = race.startProblem {
      return Finding(
        outcome.violation ?? .inconsistent, in: race, thread: thread, line: outcome.line, schedule: schedule)
    }
    var state = race.initial
    var broken: Finding?
    var last = 0
    /// Whether the thread stepped.
    func step(_ thread: Int) -> Bool {
      let (line, circumstances) = state.edit { ($0.line(ofThread: thread), Circumstances($0)) }
      let outcome = state.edit { race.step($0, thread: thread) }
      if outcome.kind == .blocked { return false }
      schedule.append(UInt8(thread))
      note(thread, line, last, circumstances)
      last = line
      if let kind = outcome.violation ?? outcome.warning.map({ _ in .warn }) {
        broken = Finding(
          kind, in: race, thread: thread,
          line: outcome.violation == nil ? outcome.warning ?? outcome.line : outcome.line, schedule: schedule)
      }
      return true
    }
    let threads = race.interpreter.laneCount
    for choice in choices {
      guard (0..<threads).contains(where: { step((Int(choice) + $0) % threads) }) else { break }
      if let broken { return broken }
    }
    // One after the other, as long as any can step.
    var moved = true
    while moved {
      moved = false
      for thread in 0..<threads {
        var watch = ReturnWatch(from: state)
        while schedule.count < steps, step(thread) {
          if let broken { return broken }
          moved = true
          // Alone it must not come back to where it was.
          if let length = watch.returned(to: &state) {
            var found = Finding(.livelock, in: race, thread: thread, line: -1, schedule: schedule)
            found.program = race.variant.name
            found.cycle = length
            return found
          }
        }
      }
      if schedule.count >= steps { return nil }
    }
    let end = state.edit { RaceEnd.of(race, $0) }
    return end.violation.map {
      Finding($0.kind, in: race, thread: $0.thread, line: $0.line, schedule: schedule)
    }
  }
}
