/// Why a run made no progress, as far as it can be seen from outside the agents.
public enum HangCause: Codable, Equatable, Sendable, CustomStringConvertible {
  /// Threads sleep in a futex wait that nobody ended. Whether a wake was owed is the Contract's to say.
  case lostWake(threads: [Int32])
  /// A thread runs in the kernel and does not come back.
  case kernelLoop(thread: Int32)
  /// A thread sleeps in the kernel, uninterruptibly, and nobody lets it go on.
  case kernelBlocked(thread: Int32, waitChannel: String)
  /// Our own error: an agent that is dead, stopped, traced, looping in user space or waiting for a command.
  case harnessFault(String)
  /// Progress goes on, or would if there were a CPU for it.
  case slowMachine(String)

  /// A stable name: `lost-wake`, `kernel-loop`, `kernel-blocked`, `harness-fault`, `slow-machine`.
  public var name: String {
    switch self {
    case .lostWake: "lost-wake"
    case .kernelLoop: "kernel-loop"
    case .kernelBlocked: "kernel-blocked"
    case .harnessFault: "harness-fault"
    case .slowMachine: "slow-machine"
    }
  }

  public var description: String {
    switch self {
    case .lostWake(let threads):
      "\(name): asleep in a futex wait: \(threads.map { "thread \($0)" }.joined(separator: ", "))"
    case .kernelLoop(let thread): "\(name): thread \(thread) runs in the kernel and does not come back"
    case .kernelBlocked(let thread, let channel): "\(name): thread \(thread) sleeps uninterruptibly in \(channel)"
    case .harnessFault(let reason), .slowMachine(let reason): "\(name): \(reason)"
    }
  }
}
