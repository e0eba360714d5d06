import Glibc
import SystemPackage

/// Looks at the agents of a run that hangs: two samples of `/proc`, the cause, and the stacks when the run is lost.
public struct AgentWatch: HangObserver {
  /// Where agents wait for commands; see `HangClassifier`.
  public var mailboxes: [Range<UInt64>]
  /// Lets time pass between the two samples. The default is 300 ms: some ticks of the CPU clock.
  public var pause: @Sendable () -> Void

  public init(
    mailboxes: [Range<UInt64>] = [],
    pause: @escaping @Sendable () -> Void = { usleep(300_000) }
  ) {
    self.mailboxes = mailboxes
    self.pause = pause
  }

  public func observe(_ hang: Hang) -> [String] { examine(hang.processes).lines }

  /// Examines the processes. Call it from the thread that is or may become their tracer, while nobody else waits for
  /// them: the stops of ptrace(2) are reported to any waitpid(2) of this process.
  public func examine(_ processes: [Int32]) -> HangReport {
    let first = processes.map { ProcessSample(process: $0) }
    pause()
    let second = processes.map { ProcessSample(process: $0) }
    let cause = HangClassifier.classify(first, second, mailboxes: mailboxes)
    if case .slowMachine = cause { return HangReport(cause: cause, processes: second, userStacks: []) }
    // The kernel's account is complete: from here on waits may be restarted.
    let stacks = second.flatMap { process in
      process.threads.filter { $0.state != "Z" && $0.state != "X" }.map { Self.stack(process.process, $0) }
    }
    return HangReport(cause: cause, processes: second, userStacks: stacks)
  }

  private static func stack(_ process: Int32, _ thread: ThreadSample) -> HangReport.UserStack {
    do throws(Errno) {
      let frames = try UserStacks.read(process: process, thread: thread.thread)
      return .init(
        process: process, thread: thread.thread, frames: frames, failure: frames.isEmpty ? "it has no frames" : nil)
    } catch {
      let reason = error == .timedOut ? "it does not stop: it runs in the kernel" : "ptrace: \(error.name)"
      return .init(process: process, thread: thread.thread, frames: [], failure: reason)
    }
  }
}
