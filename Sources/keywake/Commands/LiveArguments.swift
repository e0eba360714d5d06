import ArgumentParser
import LiveKernel

/// What every command that runs scenarios on this kernel takes.
struct LiveArguments: ParsableArguments {
  enum Waiters: String, ExpressibleByArgument, CaseIterable {
    case ring
    case thread
    case both
  }

  @Option(help: "How waits are made: io_uring requests, parked threads, or both. Default: both where io_uring works.")
  var waiters: Waiters?
  @Flag(help: "Allow what concerns the whole system: drop_caches, a temporary swap file. Needs root.")
  var systemWide = false
  @Option(help: "Folder of known issues. Default: Corpus/known-issues, here or above this program.")
  var knownIssues: String?
  @Option(help: "The keywake-agent program. Default: beside this program.")
  var agent: String?
}
