/// Tells the causes of a hang apart from two samples of each process, taken some time apart.
///
/// The order of the questions is the order of certainty: a dead agent explains everything, a thread stuck in the
/// kernel explains those that wait for it, and only when nothing moves is a sleeper the cause.
public enum HangClassifier {
  /// - Parameters:
  ///   - first, second: the same processes in the same order.
  ///   - mailboxes: addresses of the words on which an agent waits for commands; a wait there is idleness.
  public static func classify(
    _ first: [ProcessSample], _ second: [ProcessSample], mailboxes: [Range<UInt64>] = []
  ) -> HangCause {
    if let fault = outsideFault(second) { return fault }
    let pairs = zip(first, second).flatMap { before, after in
      after.threads.map { (before: before.thread($0.thread), after: $0) }
    }
    for case (let before?, let after) in pairs {
      if isLoopingInKernel(before, after) { return .kernelLoop(thread: after.thread) }
      if before.state == "D", after.state == "D", switches(before) == switches(after) {
        return .kernelBlocked(thread: after.thread, waitChannel: after.waitChannel ?? "an unknown place")
      }
    }
    for (before, after) in pairs {
      guard let before else { return .slowMachine("thread \(after.thread) has just been started") }
      if let cause = progress(before, after) { return cause }
    }
    let threads = second.flatMap(\.threads)
    let parked = threads.filter { thread in thread.sleepsInFutex && !isIdle(thread, mailboxes) }
    if !parked.isEmpty { return .lostWake(threads: parked.map(\.thread)) }
    if threads.contains(where: { isIdle($0, mailboxes) }) {
      return .harnessFault("the agents wait for a command")
    }
    let place =
      threads.first?.waitChannel ?? threads.first?.systemCall.map { "system call \($0)" } ?? "an unknown place"
    return .harnessFault("the agents sleep in \(place)")
  }

  private static func outsideFault(_ processes: [ProcessSample]) -> HangCause? {
    for process in processes {
      if process.isDead { return .harnessFault("agent \(process.process) is dead") }
      for thread in process.threads {
        if thread.tracer != 0 {
          return .harnessFault("agent \(process.process) is being traced by process \(thread.tracer)")
        }
        if thread.state == "T" || thread.state == "t" {
          return .harnessFault("agent \(process.process) is stopped by a signal")
        }
      }
    }
    return nil
  }

  /// On a CPU both times, all its time spent in the kernel, and never asleep between.
  private static func isLoopingInKernel(_ before: ThreadSample, _ after: ThreadSample) -> Bool {
    before.state == "R" && after.state == "R" && after.userTicks == before.userTicks
      && after.systemTicks > before.systemTicks && after.voluntarySwitches == before.voluntarySwitches
  }

  private static func progress(_ before: ThreadSample, _ after: ThreadSample) -> HangCause? {
    let ran = (after.userTicks &- before.userTicks) &+ (after.systemTicks &- before.systemTicks)
    let waited = (after.runDelay ?? 0) &- (before.runDelay ?? 0)
    if after.state == "R" && ran == 0 {
      return .slowMachine(
        waited > 0 ? "thread \(after.thread) is ready and gets no CPU" : "thread \(after.thread) is about to run")
    }
    if after.voluntarySwitches != before.voluntarySwitches {
      return .slowMachine("thread \(after.thread) slept and woke meanwhile")
    }
    guard ran > 0 else { return nil }
    // A tick is 10 ms on every usual kernel (USER_HZ is 100).
    if waited > ran * 10_000_000 {
      return .slowMachine("thread \(after.thread) waits longer for a CPU than it has one")
    }
    if after.state == "R", before.state == "R", after.systemTicks == before.systemTicks {
      return .harnessFault("thread \(after.thread) runs in user space and does not end")
    }
    return .slowMachine("thread \(after.thread) goes on")
  }

  private static func switches(_ thread: ThreadSample) -> UInt64 {
    thread.voluntarySwitches &+ thread.involuntarySwitches
  }

  private static func isIdle(_ thread: ThreadSample, _ mailboxes: [Range<UInt64>]) -> Bool {
    guard let address = thread.futexAddress else { return false }
    return mailboxes.contains { $0.contains(address) }
  }
}
