import Explorer
import Machine
import Scenario

/// Explores races in the way that the command line asks for.
struct BoundedSearch: Sendable {
  var strategy: SearchArguments.Strategy
  var seed: UInt64
  var runs: Int
  var depth: Int
  var length: Int
  var jobs: Int
  var kept: KeptSearches?
  var limits: SearchLimits

  func report(_ race: Race) -> SearchReport {
    switch strategy {
    // Replaying is a matter of files, not of races: nothing is searched.
    case .replay: return SearchReport(verdict: .undecided(.runs), findings: [])
    case .exhaustive: return kept?.run(race, limits) ?? ExhaustiveSearch.run(race, limits: limits)
    case .random:
      return SampledSearch.run(
        race, RandomScheduler(SplitMix64(seed: seed)), runs: runs, stopsAtFirst: false, limits: limits)
    case .pct:
      return SampledSearch.run(
        race, PCTScheduler(SplitMix64(seed: seed), depth: depth, length: length), runs: runs, stopsAtFirst: false,
        limits: limits)
    }
  }
}
