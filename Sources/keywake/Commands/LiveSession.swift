import Contract
import CrossCheck
import Foundation
import LiveKernel
import Scenario
import SystemPackage

/// The kernel of this host, ready to run scenarios for one command: its release, its capabilities, the undo journal of
/// what the command changes on the host, and the agents.
final class LiveSession {
  let release: KernelRelease
  let kernelName: String
  let judge: Judge
  let knownIssues: [KnownIssue]
  let kinds: [WaiterKind]
  let kernel: LiveKernelUnderTest
  let capabilities: CapabilityReport
  /// What the user should know of this run before it starts.
  private(set) var remarks: [String] = []
  private let journal: HostJournal
  private let makeKernel: () -> LiveKernelUnderTest
  private var isShutDown = false
  /// Huge pages added for this run, and those that were reserved by others before it.
  private let pool: Int
  private let reservedBefore = HugePageReservation.reservedPages
  /// `nil` when the log cannot be read; a remark says why.
  let log: KernelLogWatch?

  /// - Parameter pageoutAttempts: how often `pageout` asks again for a page that stayed, 2 ms apart.
  init(_ arguments: LiveArguments, pageoutAttempts: Int = 20) throws(CommandFailure) {
    let recovered = HostJournal.recover()
    if !recovered.recovered.isEmpty || !recovered.failures.isEmpty { remarks.append(recovered.text) }
    // The journal's guardian is a fork of this process: it comes before anything that starts threads.
    do throws(HostError) {
      journal = try HostJournal()
    } catch {
      throw .fault("cannot begin the undo journal: \(error)")
    }
    capabilities = CapabilityReport.probe(
      tmpfsFolder: arguments.tmpfsFolder.map { .init($0) }, diskFolder: arguments.diskFolder.map { .init($0) })
    kernelName = capabilities.kernelRelease
    guard let release = KernelRelease(uname: kernelName) else {
      throw .fault("cannot read the kernel's release from '\(kernelName)'")
    }
    self.release = release
    do throws(KnownIssueReader.Failure) {
      knownIssues = try KnownIssueFolder.read(arguments.knownIssues ?? KnownIssueFolder.standardPath())
    } catch {
      throw .usage(error.description)
    }
    judge = Judge(release: release, knownIssues: knownIssues)
    switch try KernelLogWatch.open(arguments.kernelLog) {
    case .success(let watch): log = watch
    case .failure(let error):
      log = nil
      remarks.append("the kernel log is not watched: \(capabilities[.kernelLog].reason ?? "\(error)")")
    }
    var options = LiveOptions()
    options.systemWide = arguments.systemWide
    options.pageoutAttempts = pageoutAttempts
    options.races = true
    options.limit = arguments.hangAfter.seconds * 1000
    options.agent = arguments.agent.map { .init($0) }
    try Self.check(arguments, capabilities)
    if let folder = capabilities.tmpfsFolder { options.tmpfsFolder = .init(folder) }
    if let folder = capabilities.diskFolder { options.diskFolder = .init(folder) }
    HostResources.leaveOut(&options, capabilities)
    let diskFolder = options.diskFolder
    remarks += options.useFolders(of: journal)
    options.swap = capabilities.has(.swap)
    pool = arguments.systemWide ? HostResources.provide(&options, diskFolder, capabilities, journal, &remarks) : 0
    var kinds: [WaiterKind] =
      switch arguments.waiters {
      case .ring: [.ring]
      case .thread: [.thread]
      case .both, nil: [.ring, .thread]
      }
    if let reason = capabilities[.ioUringFutex].reason, kinds.contains(.ring) {
      if kinds == [.ring] { throw CommandFailure(message: "no ring waiters: \(reason)", code: .nothingExecuted) }
      kinds = [.thread]
      remarks.append("waiters are threads: \(reason)")
    }
    self.kinds = kinds
    kernel = LiveKernelUnderTest(release: release, options: options, hugePages: pool)
    makeKernel = { [options, pool] in LiveKernelUnderTest(release: release, options: options, hugePages: pool) }
  }

  /// The session's kernel, and further ones with agents of their own, so many in all.
  func kernels(_ count: Int) -> [LiveKernelUnderTest] { [kernel] + (1..<max(count, 1)).map { _ in makeKernel() } }

  /// A kernel that races run on, as often as they are wanted: its lanes may use all processors.
  func raceKernel(_ kind: WaiterKind, _ noise: NoiseMakers = .none) throws(CommandFailure) -> LiveKernel {
    var options = kernel.options
    options.waiters = kind
    options.races = true
    options.oneProcessor = false
    options.noise = noise.noises
    options.memoryGroup = noise.group
    do { return try LiveKernel(options) } catch { throw .fault("\(error)") }
  }

  /// What was named and cannot be used is an error, never replaced by something else.
  private static func check(_ arguments: LiveArguments, _ capabilities: CapabilityReport) throws(CommandFailure) {
    if let agent = arguments.agent, access(agent, X_OK) != 0 {
      throw .usage("--agent: expected an executable file, found '\(agent)': \(Errno(rawValue: errno))")
    }
    if let folder = arguments.tmpfsFolder, let reason = capabilities[.tmpfsFolder].reason {
      throw .usage("--tmpfs-folder: expected a folder on tmpfs, found '\(folder)': \(reason)")
    }
    if let folder = arguments.diskFolder, let reason = capabilities[.diskFolder].reason {
      throw .usage("--disk-folder: expected a folder on a disk, found '\(folder)': \(reason)")
    }
  }

  func judge(_ scenario: Scenario, _ kind: WaiterKind) -> (Verdict, RunReport) {
    let (verdict, report) = judge.runs(scenario, waiters: kind, on: kernel)
    if case .harnessFault = verdict { kernel.renew() }
    return (verdict, report)
  }

  /// The same, with what the kernel log complained of meanwhile: a finding, whatever the results were.
  func judgeWithLog(_ scenario: Scenario, _ kind: WaiterKind) -> (Verdict, RunReport) {
    var (verdict, report) = judge(scenario, kind)
    for event in log?.look() ?? [] {
      report.notes += event.lines
      let divergence = Divergence(event, after: scenario)
      if let issue = judge.knownIssue(of: divergence, in: scenario, waiters: kind) {
        if verdict.kind == .agree { verdict = .known([issue.name]) }
      } else if verdict.kind != .disagree {
        verdict = .disagree(divergence)
      }
    }
    return (verdict, report)
  }

  /// Known issues that this kernel should have and does not show, by their own scenarios: `name (ring)`.
  func vanishedIssues() -> [String] {
    knownIssues.filter { $0.isHad(by: release) }.flatMap { issue in
      kinds.filter { kind in
        guard issue.isShown(by: kind) else { return false }
        return judge(issue.scenario, kind).0.kind == .agree
      }.map { "\(issue.name) (\($0.rawValue))" }
    }
  }

  /// The known issue whose own scenario this file is.
  func knownIssue(from file: String) -> KnownIssue? {
    guard file.split(separator: "/").dropLast().last == "known-issues" else { return nil }
    let name = file.split(separator: "/").last?.dropLast(3) ?? ""
    return knownIssues.first { $0.name == name && $0.isHad(by: release) }
  }

  /// A control group for the agents of this run, which goes with it.
  func memoryGroup() throws(CommandFailure) -> MemoryGroup {
    do throws(HostError) {
      return try MemoryGroup.make(journal: journal)
    } catch {
      throw CommandFailure(message: "no memory-group: \(error)", code: .nothingExecuted)
    }
  }

  /// Fills in what a finding says of the host.
  func complete(_ finding: inout Finding) {
    finding.kernel = kernelName
    finding.capabilities = capabilities.entries.map {
      Finding.CapabilityLine(name: $0.capability.name, status: $0.answer.reason ?? "yes")
    }
    finding.foundAt = Int64(Date().timeIntervalSince1970)
  }

  /// Ends the agents and undoes what was changed on the host; says what could not be undone.
  func shutDown() {
    guard !isShutDown else { return }
    isShutDown = true
    kernel.renew()
    let lost = pool > 0 ? HugePageReservation.reservedPages - reservedBefore : 0
    if lost > 0 {
      Stream.error.line(
        "\(lost) huge pages are still reserved, and no agent is left: other programs hold them, or the kernel has lost "
          + "them (see Corpus/known-issues/hugetlb-reservation.c); the pool stays that much larger")
    }
    for failure in journal.finish() { Stream.error.line("could not undo: \(failure)") }
    if let failure = log?.failure { Stream.error.line("the kernel log could not be read to the end: \(failure)") }
    if let gaps = log?.gaps, gaps > 0 {
      Stream.error.line("the kernel log ran over \(gaps) times: complaints may have been missed")
    }
  }
}
