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
  @Option(help: "A folder on tmpfs for files of scenarios. Default: /dev/shm, /run or /tmp.")
  var tmpfsFolder: String?
  @Option(help: "A folder on a disk for files of scenarios and a swap file. Default: /var/tmp, /tmp or this folder.")
  var diskFolder: String?
  @Option(help: "Folder of known issues. Default: Corpus/known-issues, here or above this program.")
  var knownIssues: String?
  @Option(help: "The keywake-agent program. Default: beside this program.")
  var agent: String?
  @Option(help: "A scenario that takes longer hangs, and is examined: 20s, 2m.")
  var hangAfter = TimeSpan(seconds: 20)
  @Option(help: "Where the kernel log is read; a file of records as in /dev/kmsg may stand in for it.")
  var kernelLog = KernelLog.path.string
}
