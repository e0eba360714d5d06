import Contract
import LiveKernel
import Scenario

/// The kernel of this host, through agents: one set for each kind of waiter.
public final class LiveKernelUnderTest: KernelUnderTest {
  public let answerer: String
  public let options: LiveOptions
  /// Pages of the hugetlb pool that are there for this run.
  private let hugePages: Int
  private var kernels: [WaiterKind: LiveKernel] = [:]

  public init(release: KernelRelease, options: LiveOptions, hugePages: Int = 0) {
    answerer = "live-\(release)"
    var options = options
    if options.hangObserver == nil { options.hangObserver = AgentWatch(mailboxes: [LiveKernel.mailbox]) }
    self.options = options
    self.hugePages = hugePages
  }

  public func run(_ scenario: Scenario, waiters: WaiterKind) -> RunReport {
    if options.hugePages, let reason = lackOfHugePages(scenario) {
      return RunReport(observations: [], end: .skipped(reason))
    }
    let kernel: LiveKernel
    do {
      kernel = try self.kernel(waiters)
    } catch {
      return RunReport(observations: [], end: .harnessFault("the agents cannot be started: \(error)"))
    }
    if kernel.waiters != waiters {
      return RunReport(observations: [], end: .skipped("waiters by \(waiters.rawValue): this kernel has none"))
    }
    return RunReport(kernel.run(scenario))
  }

  /// Pages are missing when others use them, or when the kernel has lost some: Linux 6.18 keeps pages reserved for ever
  /// when part of an untouched private mapping is moved.
  private func lackOfHugePages(_ scenario: Scenario) -> String? {
    let demand = HugePageDemand.bound(scenario)
    if demand > hugePages { return "may need more huge pages than the \(hugePages) that are reserved" }
    guard demand > 0, demand > HugePageReservation.freePages else { return nil }
    return "may need more huge pages than are free now: others use them, or the kernel has lost some"
  }

  public func renew() {
    for kernel in kernels.values { kernel.shutDown() }
    kernels = [:]
  }

  private func kernel(_ waiters: WaiterKind) throws -> LiveKernel {
    if let kernel = kernels[waiters] { return kernel }
    var options = options
    options.waiters = waiters
    let kernel = try LiveKernel(options)
    kernels[waiters] = kernel
    return kernel
  }
}
