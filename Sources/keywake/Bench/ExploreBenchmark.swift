import Dispatch
import Explorer
import Foundation
import Machine
import Synchronization

/// The measurements of `keywake bench explore`.
struct ExploreBenchmark: Encodable {
  /// One way of exploring the race, with the seconds of the median run.
  struct Row: Encodable {
    var name: String
    var states: Int
    var transitions: Int
    /// CPU time.
    var seconds: Double
    /// The median of Keywake's states per second by this row's, each pair measured in turn; none for Keywake's own row.
    var ratio: Double?
    /// Its time by Keywake's, for the whole space.
    var timeRatio: Double?
    var wanted: Double?
    /// States per second.
    var rate: Double
  }
  struct Corpus: Encodable {
    var searches: Int
    var states: Int
    /// CPU time of one core.
    var seconds: Double
    var wanted = 20.0
  }
  struct Cores: Encodable {
    var cores: Int
    /// Time of the clock, one search after the other and side by side.
    var alone: Double
    var together: Double
    var speedUp: Double
  }

  var race: String
  var rows: [Row] = []
  /// Why there is no comparison with pan.
  var skipped: String?
  /// Whether Keywake and pan without reduction stored as many states.
  var isEquivalent: Bool?
  var bytesPerState: Double
  var corpus: Corpus?
  var cores: Cores?

  /// - Parameter rounds: runs of each row, in turn.
  static func measure(rounds: Int, library: ProgramLibrary, corpus folder: String?) throws -> ExploreBenchmark {
    let text = String(decoding: PackageResources.race_litmus, as: UTF8.self)
    guard let litmus = try LitmusParser.litmus(text, file: "race.litmus").first else {
      throw CommandFailure.fault("the benchmark's race is missing")
    }
    let race = try Race(litmus, variant: "derive.current", library: library)
    var pan: PanBenchmark?
    var skipped: String?
    do throws(CommandFailure) {
      pan = try PanBenchmark(model: PackageResources.race_pml)
    } catch {
      guard error.code == .nothingExecuted else { throw error }
      skipped = error.message
    }
    defer { pan?.remove() }
    var own: [PanBenchmark.Run] = []
    var others: [[PanBenchmark.Run]] = PanBenchmark.Kind.allCases.map { _ in [] }
    var bytes = 0.0
    // In turn, so that all meet the same noise.
    for _ in 0..<rounds {
      let start = CPUClock.now
      let report = ExhaustiveSearch.run(race)
      own.append(
        PanBenchmark.Run(states: report.states, transitions: report.transitions, seconds: CPUClock.now - start))
      guard report.verdict == .agree else { throw CommandFailure.fault("the benchmark's race gives \(report.verdict)") }
      bytes = Double(report.bytes) / Double(report.states)
      if let pan {
        for (index, kind) in PanBenchmark.Kind.allCases.enumerated() { others[index].append(try pan.measure(kind)) }
      }
    }
    var result = ExploreBenchmark(race: litmus.name, skipped: skipped, bytesPerState: bytes)
    result.rows.append(Self.row("Keywake, every interleaving", own))
    for (kind, runs) in zip(PanBenchmark.Kind.allCases, others) where !runs.isEmpty {
      var row = Self.row(kind.title, runs)
      let pairs = zip(own, runs)
      row.ratio = median(pairs.map { (Double($0.states) / $0.seconds) / (Double($1.states) / $1.seconds) })
      row.timeRatio = median(pairs.map { $1.seconds / $0.seconds })
      row.wanted = kind.target
      result.rows.append(row)
      if kind == .full { result.isEquivalent = row.states == result.rows[0].states }
    }
    if let folder { try result.exploreCorpus(folder, library) }
    return result
  }

  private static func row(_ name: String, _ runs: [PanBenchmark.Run]) -> Row {
    Row(
      name: name, states: runs[0].states, transitions: runs[0].transitions, seconds: median(runs.map(\.seconds)),
      rate: median(runs.map { Double($0.states) / $0.seconds }))
  }
  private static func median(_ numbers: [Double]) -> Double { numbers.sorted()[numbers.count / 2] }

  /// Every race on every version, one after the other on one core, and side by side.
  private mutating func exploreCorpus(_ folder: String, _ library: ProgramLibrary) throws {
    let races = try MachineFiles.races([folder]).flatMap {
      try HistoryTable.entries(
        of: $0, variants: library.variants.map(\.name), rmaps: library.reverseMaps.map(\.name), library: library)
    }
    let cpu = CPUClock.now
    let start = Clock.now
    let states = races.reduce(0) { $0 + ExhaustiveSearch.run($1.race).states }
    corpus = Corpus(searches: races.count, states: states, seconds: CPUClock.now - cpu)
    let alone = Clock.now - start
    let again = Clock.now
    let count = ProcessInfo.processInfo.activeProcessorCount
    _ = SearchPool(jobs: count).map(races) { ExhaustiveSearch.run($0.race).states }
    let together = Clock.now - again
    cores = Cores(cores: count, alone: alone, together: together, speedUp: alone / together)
  }
}
