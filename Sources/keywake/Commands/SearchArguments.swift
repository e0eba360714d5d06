import ArgumentParser
import Explorer
import Machine
import Scenario

/// How interleavings are looked for, and what a search may use.
struct SearchArguments: ParsableArguments {
  enum Strategy: String, ExpressibleByArgument, CaseIterable { case exhaustive, pct, random, replay }

  @Option(
    help: "exhaustive, pct (few, well placed switches), random, or replay (only the schedules that the files keep).")
  var strategy = Strategy.exhaustive
  @Option(help: "Seed of pct and random.")
  var seed: UInt64 = 1
  @Option(help: "Runs of each race with pct and random.")
  var runs = 1000
  @Option(help: "States that one search may store.")
  var states = 20_000_000
  @Option(help: "Time for everything together: 90s, 5m, 2h. Default: no bound.")
  var time: TimeSpan?
  @Option(help: "MiB that one search may use.")
  var mib = 2048

  func validate() throws {
    for (name, value) in [("--runs", runs), ("--states", states), ("--mib", mib)] where value < 1 {
      throw ValidationError("\(name): expected a number of at least 1, found \(value)")
    }
    if mib > 1 << 24 { throw ValidationError("--mib: expected at most \(1 << 24) MiB, found \(mib)") }
  }

  /// The search, whose time begins now.
  func bounded() -> BoundedSearch {
    let end = time.map { Clock.now + Double($0.seconds) }
    let limits = SearchLimits(
      states: states, bytes: mib << 20, isStopped: { StopRequest.isPending },
      isLate: { end.map { Clock.now >= $0 } ?? false })
    return BoundedSearch(strategy: strategy, seed: seed, runs: runs, limits: limits)
  }
}

/// Explores races in the way that the command line asks for.
struct BoundedSearch {
  var strategy: SearchArguments.Strategy
  var seed: UInt64
  var runs: Int
  var limits: SearchLimits

  func report(_ race: Race) -> SearchReport {
    switch strategy {
    // Replaying is a matter of files, not of races: nothing is searched.
    case .replay: return SearchReport(verdict: .undecided(.runs), findings: [])
    case .exhaustive: return ExhaustiveSearch.run(race, limits: limits)
    case .random:
      return SampledSearch.run(
        race, RandomScheduler(SplitMix64(seed: seed)), runs: runs, stopsAtFirst: false, limits: limits)
    case .pct:
      return SampledSearch.run(
        race, PCTScheduler(SplitMix64(seed: seed), depth: 3, length: 80), runs: runs, stopsAtFirst: false,
        limits: limits)
    }
  }
}
