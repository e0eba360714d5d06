import CKeywake
import Glibc
import Scenario
import SystemPackage

/// Runs scenarios on the kernel of this host: real address spaces, real futex system calls.
///
/// It does what a scenario says and observes; it has no notion of what is right. One instance is used by one thread
/// at a time.
public final class LiveKernel {
  public let options: LiveOptions
  /// How waiters sleep: the kind asked for, or threads where the kernel has no futex waits in rings.
  public private(set) var waiters: WaiterKind
  /// Why `waiters` is not the kind that was asked for.
  public private(set) var waitersReason: String?
  /// Folders of this run, to be removed should the host die before it does so itself.
  public var paths: [FilePath] { folders.paths }

  /// Process numbers of the agents that are there now, and of the process that they are forked from.
  public var processes: [Int32] { nursery?.processes ?? [] }

  /// The plans of the races that run next.
  public var schedule = RaceSchedule()

  private let agent: FilePath
  private let folders: LiveFolders
  private var nursery: Nursery?
  private var writer: ProgramWriter?
  private var unsupported: Unsupported

  /// Starts the first agents.
  ///
  /// - Throws: `LiveKernelError` when no agent can run here at all.
  public init(_ options: LiveOptions) throws {
    self.options = options
    waiters = options.waiters
    let program = try AgentExecutable.find(options.agent)
    folders = LiveFolders(options)
    agent = folders.disk.flatMap { AgentExecutable.copy(program, into: $0) } ?? program
    unsupported = Unsupported(options: options)
    do {
      try start()
    } catch {
      folders.remove()
      throw error
    }
  }

  /// Where agents sleep when it is not their turn, as addresses of theirs.
  public static var mailbox: Range<UInt64> { kw_region_base()..<kw_region_base() + kw_region_bytes() }

  deinit { shutDown() }

  /// Ends all agents and removes the folders. Nothing runs afterwards.
  public func shutDown() {
    nursery?.end()
    nursery = nil
    writer = nil
    folders.remove()
  }

  // MARK: Starting

  private func start() throws(LiveKernelError) {
    nursery?.end()
    nursery = nil
    var settings = kw_settings()
    settings.host_spins = UInt32(clamping: 10 * options.spins)
    // Who looks on the processor that the other needs only holds it up.
    // On several, what one does for a race is done in the time that the other looks: to sleep takes longer.
    settings.spins = options.oneProcessor ? 0 : UInt32(clamping: 20 * options.spins)
    settings.completion_milliseconds = UInt32(clamping: options.completionLimit)
    settings.pageout_attempts = UInt32(clamping: options.pageoutAttempts)
    settings.swap = options.swap ? 1 : 0
    settings.noise = options.noise.reduce(0) { $0 | $1.bit }
    settings.merge = options.noise.contains(.ksm) ? 1 : 0
    settings.one_processor = options.oneProcessor ? 1 : 0
    if let group = options.memoryGroup {
      let bytes = group.path.string.utf8
      guard bytes.count < MemoryLayout.size(ofValue: settings.group) else {
        throw LiveKernelError("the path \(group.path) is too long")
      }
      settings.group_version = UInt8(group.version)
      withUnsafeMutableBytes(of: &settings.group) { $0.copyBytes(from: bytes) }
    }
    let nursery = try Nursery(agent: agent, settings: settings)
    // The noises are its children by now, and stay outside.
    do throws(HostError) {
      try options.memoryGroup?.add(process: nursery.processes[0])
    } catch {
      nursery.end()
      throw LiveKernelError("\(error)")
    }
    let abilities = nursery.abilities
    if options.waiters == .ring, abilities.ring != 0 {
      waiters = .thread
      waitersReason = "no futex waits in io_uring: \(Errno(rawValue: abilities.ring))"
    }
    if waiters == .thread, abilities.proc_sleep != 0 {
      nursery.end()
      throw LiveKernelError("/proc does not show whether a thread sleeps: \(Errno(rawValue: abilities.proc_sleep))")
    }
    kw_region_settings(nursery.region).pointee.waiters_by_thread = waiters == .thread ? 1 : 0
    writer = ProgramWriter(
      commands: kw_region_commands(nursery.region), words: kw_region_words(nursery.region), abilities: abilities,
      waiters: waiters)
    unsupported.note(abilities, folders, options)
    nursery.refill()
    self.nursery = nursery
  }

  /// How often each noise was made since the agents started. KSM keeps no count of its own.
  public var noiseRounds: [(noise: Noise, rounds: Int)] {
    guard let region = nursery?.region else { return [] }
    return Noise.allCases.filter { options.noise.contains($0) && $0 != .ksm }.map {
      ($0, Int(kw_region_noise(region, UInt32($0.bit.trailingZeroBitCount))))
    }
  }

  // MARK: Running

  /// Runs the scenario from its first operation to its last, and puts everything in order again.
  public func run(_ scenario: Scenario) -> LiveRun {
    run([scenario]).first ?? LiveRun(verdict: .harnessFault("no result"))
  }

  /// Runs one scenario with a race so many times, or fewer: the counts of what is returned say how many it were. Runs that
  /// gave the same are one, as long as agents can go on by themselves; that is many times faster than one by one.
  public func sweep(_ scenario: Scenario, runs count: Int) -> [LiveRun] {
    guard scenario.canBeSwept, unsupported.reason(scenario) == nil else {
      return run([Scenario](repeating: scenario, count: min(count, Int(KW_BATCH))))
    }
    do {
      if nursery?.isAlive != true { try start() }
      guard let nursery, let writer else { throw LiveKernelError("no agents") }
      var runner = LiveRunner(nursery: nursery, writer: writer, folders: folders, options: options, schedule: schedule)
      defer { schedule = runner.schedule }
      return try runner.sweep(scenario, runs: max(1, min(count, Int(KW_SWEEP_RUNS))))
    } catch {
      return [LiveRun(verdict: .harnessFault("\(error)"))]
    }
  }

  /// Runs scenarios one after the other, with one result for each. Agents go from one to the next without asking the
  /// host, which writes and reads meanwhile: much faster than one call for each.
  public func run(_ scenarios: [Scenario]) -> [LiveRun] {
    var runs: [LiveRun] = []
    runs.reserveCapacity(scenarios.count)
    while runs.count < scenarios.count {
      let rest = scenarios[runs.count...]
      if let reason = rest.first.flatMap({ unsupported.reason($0) }) {
        runs.append(LiveRun(verdict: .skipped(reason)))
        continue
      }
      let supported = rest.prefix { unsupported.reason($0) == nil }
      do {
        if nursery?.isAlive != true { try start() }
        guard let nursery, let writer else { throw LiveKernelError("no agents") }
        var runner = LiveRunner(
          nursery: nursery, writer: writer, folders: folders, options: options, schedule: schedule)
        defer { schedule = runner.schedule }
        runs += try runner.run(supported)
      } catch {
        runs.append(LiveRun(verdict: .harnessFault("\(error)")))
      }
    }
    return runs
  }
}
