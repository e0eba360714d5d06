import Contract
import CrossCheck
import Foundation
import LiveKernel
import Scenario

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
    capabilities = CapabilityReport.probe()
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
    var options = LiveOptions()
    options.systemWide = arguments.systemWide
    options.pageoutAttempts = pageoutAttempts
    options.agent = arguments.agent.map { .init($0) }
    if let folder = capabilities.tmpfsFolder { options.tmpfsFolder = .init(folder) }
    if let folder = capabilities.diskFolder { options.diskFolder = .init(folder) }
    let diskFolder = options.diskFolder
    remarks += options.useFolders(of: journal)
    options.swap = capabilities.has(.swap)
    let pool = arguments.systemWide ? HostResources.provide(&options, diskFolder, capabilities, journal, &remarks) : 0
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
    makeKernel = { [options] in LiveKernelUnderTest(release: release, options: options, hugePages: pool) }
  }

  /// The session's kernel, and further ones with agents of their own, so many in all.
  func kernels(_ count: Int) -> [LiveKernelUnderTest] { [kernel] + (1..<max(count, 1)).map { _ in makeKernel() } }

  func judge(_ scenario: Scenario, _ kind: WaiterKind) -> (Verdict, RunReport) {
    let report = kernel.run(scenario, waiters: kind)
    let verdict = judge.judge(scenario, report, waiters: kind)
    if case .harnessFault = verdict { kernel.renew() }
    return (verdict, report)
  }

  /// The known issue whose own scenario this file is.
  func knownIssue(from file: String) -> KnownIssue? {
    guard file.split(separator: "/").dropLast().last == "known-issues" else { return nil }
    let name = file.split(separator: "/").last?.dropLast(3) ?? ""
    return knownIssues.first { $0.name == name && $0.isHad(by: release) }
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
    kernel.renew()
    for failure in journal.finish() { Stream.error.line("could not undo: \(failure)") }
  }
}
