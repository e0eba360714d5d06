import ArgumentParser
import CrossCheck
import Foundation
import LiveKernel
import SystemPackage

struct StressCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stress",
    abstract: "Many waiters on words in all kinds of memory, while lanes wake, requeue, truncate, page out and fork.",
    discussion: """
      Each wake of all waiters of a word is held against those that had queued, and several times a second, with \
      everybody at rest, what wakes said against who came back. The first thing that is wrong ends the run. Ctrl-C ends \
      it with its summary.
      """)

  @Option(help: "How long to run: 90s, 5m, 2h. Default: 60s, unless --operations is given.")
  var time: TimeSpan?
  @Option(help: "Run until so many calls have been made instead.")
  var operations: UInt64?
  @Option(help: "How many wait at once.")
  var waiters = 1024
  @Option(help: "Processes that wake.")
  var lanes = 2
  @Option(help: "Seed of the lanes' choices. Their timing is the machine's.")
  var seed: UInt64?
  @Flag(inversion: .prefixedNo, help: "Ask for the pages of words to be reclaimed.")
  var pageout = true
  @Flag(inversion: .prefixedNo, help: "Fork, and wake in the child.")
  var forks = true
  @Option(help: "A folder on tmpfs.")
  var tmpfsFolder: String?
  @Option(help: "A folder on a disk.")
  var diskFolder: String?
  @Option(help: "The keywake-agent program. Default: beside this program.")
  var agent: String?
  @Option(help: "Folder in which what is wrong is kept. Default: it is printed only.")
  var findings: String?
  @Option(help: "Where the kernel log is read; a file of records as in /dev/kmsg may stand in for it.")
  var kernelLog = KernelLog.path.string
  @Flag(help: "Print one JSON object instead of lines.")
  var json = false

  func validate() throws {
    guard (1...StressOptions.mostWaiters).contains(waiters) else {
      throw ValidationError("--waiters: expected 1 to \(StressOptions.mostWaiters), found \(waiters)")
    }
    guard (1...StressOptions.mostLanes).contains(lanes) else {
      throw ValidationError("--lanes: expected 1 to \(StressOptions.mostLanes), found \(lanes)")
    }
  }

  func run() throws {
    StopRequest.listen()
    var options = StressOptions()
    options.waiters = waiters
    options.lanes = lanes
    options.seed = seed ?? UInt64.random(in: .min ... .max)
    options.pageout = pageout
    options.forks = forks
    options.agent = agent.map { FilePath($0) }
    if let tmpfsFolder { options.tmpfsFolder = FilePath(tmpfsFolder) }
    if let diskFolder { options.diskFolder = FilePath(diskFolder) }
    let store: FindingStore?
    do throws(FindingStore.Failure) {
      store = if let findings { try FindingStore(folder: .init(findings)) } else { nil }
    } catch {
      throw CommandFailure.usage("--findings: \(error)")
    }
    let opened = try KernelLogWatch.open(kernelLog)
    let log = try? opened.get()
    let terminal = Terminal()
    var progress = ProgressDisplay(terminal: terminal)
    let run: StressRun
    do { run = try StressRun(options) } catch { throw CommandFailure.fault("\(error)") }
    let limit = time?.seconds ?? (operations == nil ? 60 : nil)
    let start = Clock.now
    while run.isRunning, !StopRequest.isPending {
      let elapsed = Clock.now - start
      if let limit, elapsed >= Double(limit) { break }
      if let operations, run.counts.operations >= operations { break }
      usleep(50_000)
      progress.update(elapsed: elapsed) {
        let counts = run.counts
        return "\(SummaryText.grouped(counts.operations)) calls  \(SummaryText.rate(counts.operations, elapsed))/s  "
          + "\(counts.asleep) asleep  \(counts.checks) checks"
      }
    }
    let seconds = Clock.now - start
    let didEnd = run.end()
    progress.erase()
    let events = log?.look() ?? []
    var output = StressOutput(
      run, options, seconds: seconds, didEnd: didEnd, kernelComplaints: events.flatMap(\.lines))
    let found = StressFindings.make(run.finding, events, options, seconds: seconds)
    output.signatures = found.map(\.signature)
    for finding in found {
      do throws(FindingStore.Failure) {
        if let place = try store?.record(finding) { output.kept.append("\(place)/report.txt") }
      } catch {
        throw CommandFailure.fault(error.withFinding(finding))
      }
    }
    store?.leaveIfEmpty()
    if json { try JSONOutput.print(output) } else { for line in output.lines { Stream.output.line(line) } }
    if output.finding != nil || !output.kernelComplaints.isEmpty { throw CrossCheck.ExitCode.finding }
    if run.fault?.hasPrefix("no ring") == true { throw CrossCheck.ExitCode.nothingExecuted }
    if output.fault != nil { throw CrossCheck.ExitCode.harnessFault }
    if output.counts.checks == 0 { throw CrossCheck.ExitCode.nothingExecuted }
  }
}
