import SystemPackage

/// What the kernel says of one thread at one moment, read from `/proc/PID/task/TID` without disturbing it.
///
/// What may not be read here is nil. Sources: proc_pid_stat(5), proc_pid_status(5), proc_pid_syscall(5),
/// Documentation/scheduler/sched-stats.rst for `schedstat`.
public struct ThreadSample: Codable, Equatable, Sendable {
  public var thread: Int32
  public var name: String
  /// The letter of proc_pid_stat(5): R running, S sleeping, D uninterruptible, T stopped, t traced, Z dead.
  public var state: String
  /// CPU time in clock ticks.
  public var userTicks: UInt64
  public var systemTicks: UInt64
  /// Nanoseconds that it was ready to run and had no CPU.
  public var runDelay: UInt64?
  /// Context switches, given up and taken away.
  public var voluntarySwitches: UInt64
  public var involuntarySwitches: UInt64
  public var tracer: Int32
  /// Number of the system call that it sleeps in; nil while it runs.
  public var systemCall: Int?
  public var systemCallArguments: [UInt64]
  /// The kernel function that it sleeps in.
  public var waitChannel: String?
  public var kernelStack: [String]?

  public init(
    thread: Int32, name: String = "", state: String, userTicks: UInt64 = 0, systemTicks: UInt64 = 0,
    runDelay: UInt64? = nil, voluntarySwitches: UInt64 = 0, involuntarySwitches: UInt64 = 0, tracer: Int32 = 0,
    systemCall: Int? = nil, systemCallArguments: [UInt64] = [], waitChannel: String? = nil, kernelStack: [String]? = nil
  ) {
    self.thread = thread
    self.name = name
    self.state = state
    self.userTicks = userTicks
    self.systemTicks = systemTicks
    self.runDelay = runDelay
    self.voluntarySwitches = voluntarySwitches
    self.involuntarySwitches = involuntarySwitches
    self.tracer = tracer
    self.systemCall = systemCall
    self.systemCallArguments = systemCallArguments
    self.waitChannel = waitChannel
    self.kernelStack = kernelStack
  }

  /// Reads it; nil when there is no such thread.
  init?(process: Int32, thread: Int32) {
    let folder = FilePath("/proc/\(process)/task/\(thread)")
    func text(_ name: String) -> String? { try? HostFiles.read(folder.appending(name)) }
    guard let stat = text("stat"), let state = HostFiles.statField(3, of: stat) else { return nil }
    func number(_ field: Int) -> UInt64 { HostFiles.statField(field, of: stat).flatMap { UInt64($0) } ?? 0 }
    self.init(thread: thread, state: String(state), userTicks: number(14), systemTicks: number(15))
    for line in (text("status") ?? "").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let value = parts[1].drop { $0 == "\t" || $0 == " " }
      switch parts[0] {
      case "Name": name = String(value)
      case "TracerPid": tracer = Int32(value) ?? 0
      case "voluntary_ctxt_switches": voluntarySwitches = UInt64(value) ?? 0
      case "nonvoluntary_ctxt_switches": involuntarySwitches = UInt64(value) ?? 0
      default: break
      }
    }
    if let fields = text("schedstat")?.split(separator: " "), fields.count > 1 { runDelay = UInt64(fields[1]) }
    // "running", "-1 SP PC" when blocked outside a system call, or "NUMBER ARGUMENT*6 SP PC".
    if let words = text("syscall")?.split(whereSeparator: \.isWhitespace), words.count >= 7 {
      systemCall = Int(words[0])
      systemCallArguments = words[1...6].map { UInt64($0.dropFirst(2), radix: 16) ?? 0 }
    }
    waitChannel = text("wchan").flatMap { $0 == "0" || $0.isEmpty ? nil : $0 }
    kernelStack = text("stack")?.split(separator: "\n").map(String.init)
  }

  /// The address of the futex that it sleeps on, when it sleeps in a futex call of one word.
  public var futexAddress: UInt64? {
    guard let systemCall, FutexCalls.ofOneWord.contains(systemCall) else { return nil }
    return systemCallArguments.first
  }

  /// Whether it sleeps in any futex call.
  public var sleepsInFutex: Bool {
    if let systemCall { return FutexCalls.all.contains(systemCall) }
    return waitChannel?.hasPrefix("futex") ?? false
  }

  /// For a finding: one line, then the kernel's stack.
  public var lines: [String] {
    var text = "thread \(thread) \(name): state \(state)"
    if let systemCall {
      let arguments = systemCallArguments.map { "0x" + String($0, radix: 16) }.joined(separator: ", ")
      text += ", system call \(systemCall)(\(arguments))"
    }
    if let waitChannel { text += ", in \(waitChannel)" }
    text += ", ticks \(userTicks) user \(systemTicks) system"
    text += ", switches \(voluntarySwitches)+\(involuntarySwitches)"
    return [text] + (kernelStack ?? []).map { "  kernel \($0)" }
  }
}
