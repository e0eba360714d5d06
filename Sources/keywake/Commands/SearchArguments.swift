import ArgumentParser
import Explorer
import Foundation
import Machine
import Scenario

/// How interleavings are looked for, and what a search may use.
struct SearchArguments: ParsableArguments {
  enum Strategy: String, ExpressibleByArgument, CaseIterable, Sendable { case exhaustive, pct, random, replay }

  @Option(
    help: "exhaustive, pct (few, well placed switches), random, or replay (only the schedules that the files keep).")
  var strategy = Strategy.exhaustive
  @Option(help: "Seed of pct and random.")
  var seed: UInt64 = 1
  @Option(help: "Runs of each race with pct and random.")
  var runs = 1000
  @Option(help: "Orders between steps that a bug may need for pct to find it: it places one switch fewer.")
  var depth = 3
  @Option(help: "Steps of a run among which pct places its switches.")
  var length = 80
  @Option(help: "States that one search may store.")
  var states = 20_000_000
  @Option(help: "Time for everything together: 90s, 5m, 2h. Default: no bound.")
  var time: TimeSpan?
  @Option(help: "MiB that one search may use.")
  var mib = 2048
  @Option(name: .shortAndLong, help: "Searches side by side. Default: one for each processor.")
  var jobs: Int?
  @Option(
    help: """
      Folder of searches that were ended by a bound or a signal: an exhaustive search that is there goes on where it \
      stood, and one that does not come to its end is kept there.
      """)
  var keep: String?

  func validate() throws {
    let numbers = [
      ("--runs", runs), ("--states", states), ("--mib", mib), ("--depth", depth), ("--length", length),
      ("--jobs", jobs ?? 1),
    ]
    for (name, value) in numbers where value < 1 {
      throw ValidationError("\(name): expected a number of at least 1, found \(value)")
    }
    if mib > 1 << 24 { throw ValidationError("--mib: expected at most \(1 << 24) MiB, found \(mib)") }
  }

  /// The search, whose time begins now.
  /// - Throws: when the folder of kept searches cannot be made.
  func bounded() throws(CommandFailure) -> BoundedSearch {
    let end = time.map { Clock.now + Double($0.seconds) }
    let limits = SearchLimits(
      states: states, bytes: mib << 20, isStopped: { StopRequest.isPending },
      isLate: { end.map { Clock.now >= $0 } ?? false })
    return BoundedSearch(
      strategy: strategy, seed: seed, runs: runs, depth: depth, length: length,
      jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount, kept: try keep.map(KeptSearches.init), limits: limits)
  }
}
