import CKeywake
import Glibc
import SystemPackage

/// A long run of many waiters on words in all kinds of memory, while lanes wake, requeue, truncate, page out and fork.
///
/// The processes check themselves: every wake of all against the waiters that had queued, and, several times a second
/// with everybody at rest, what wakes said against who came back. They end with the process that started them.
public final class StressRun {
  private let stress: UnsafeMutablePointer<kw_stress>
  private let file: Int32
  private let control: Int32
  private let process: pid_t
  private var isReaped = false
  private var isOver = false

  /// Starts the processes.
  public init(_ options: StressOptions) throws {
    let agent = try AgentExecutable.find(options.agent)
    var file: Int32 = -1
    guard let stress = kw_stress_create(&file) else {
      throw LiveKernelError("no shared memory for a stress run: \(Errno(rawValue: errno))")
    }
    stress.pointee.waiters = UInt32(min(max(1, options.waiters), StressOptions.mostWaiters))
    stress.pointee.lanes = UInt32(min(max(1, options.lanes), StressOptions.mostLanes))
    stress.pointee.sleepers = UInt32(min(max(1, options.sleepers), StressOptions.mostSleepers))
    stress.pointee.kinds = options.kinds.reduce(0) { $0 | 1 << $1.rawValue }
    stress.pointee.swap = options.pageout ? 1 : 0
    stress.pointee.forks = options.forks ? 1 : 0
    stress.pointee.seed = options.seed
    Self.copy(options.tmpfsFolder, to: &stress.pointee.tmpfs)
    Self.copy(options.diskFolder, to: &stress.pointee.disk)
    var control: Int32 = -1
    var process: pid_t = 0
    let error = kw_agent_start(agent.string, "--stress", file, &control, &process)
    guard error == 0 else {
      kw_stress_destroy(stress)
      close(file)
      throw LiveKernelError("cannot start \(agent): \(Errno(rawValue: error))")
    }
    self.stress = stress
    self.file = file
    self.control = control
    self.process = process
  }

  deinit {
    end()
    kw_stress_destroy(stress)
  }

  private static func copy<Buffer>(_ path: FilePath?, to buffer: inout Buffer) {
    guard let path, path.string.utf8.count < MemoryLayout<Buffer>.size else { return }
    withUnsafeMutableBytes(of: &buffer) { $0.copyBytes(from: path.string.utf8) }
  }

  public var counts: StressCounts {
    let now = stress.pointee
    var counts = StressCounts()
    counts.waits = now.waits
    counts.refusals = now.refusals
    counts.wakes = now.wakes
    counts.woken = now.woken
    counts.requeues = now.requeues
    counts.truncations = now.truncations
    counts.punches = now.punches
    counts.pageouts = now.pageouts
    counts.forks = now.forks_done
    counts.checks = now.checks
    counts.asleep = now.asleep
    return counts
  }

  /// Kinds of memory that the run wanted and could not have, and why.
  public var refused: [(memory: StressMemory, reason: String)] {
    let now = stress.pointee
    return withUnsafeBytes(of: now.refused) { bytes in
      let errors = bytes.bindMemory(to: Int32.self)
      return StressMemory.allCases.compactMap { memory in
        let error = errors[Int(memory.rawValue)]
        return error == 0 ? nil : (memory, "\(Errno(rawValue: error))")
      }
    }
  }

  public var finding: StressFinding? {
    let rules: [UInt32: StressFinding.Rule] = [
      KW_STRESS_LOST_WAKE.rawValue: .lostWake, KW_STRESS_WOKE_TOO_MANY.rawValue: .wokeTooMany,
      KW_STRESS_NOT_CONSERVED.rawValue: .notConserved, KW_STRESS_NO_FAULT.rawValue: .noFault,
      KW_STRESS_WRONG_ANSWER.rawValue: .wrongAnswer, KW_STRESS_STILL_ASLEEP.rawValue: .stillAsleep,
      KW_STRESS_WRONG_VALUE.rawValue: .wrongValue,
    ]
    guard let rule = rules[kw_stress_read(&stress.pointee.finding.rule)] else { return nil }
    let found = stress.pointee.finding
    guard let memory = StressMemory(rawValue: found.kind) else { return nil }
    return StressFinding(
      rule: rule, memory: memory, owner: Int(found.owner), word: Int(found.word), expected: found.expected,
      seen: found.seen)
  }

  /// Why the run itself does not work, or `nil`.
  public var fault: String? {
    let now = stress.pointee
    if now.fault == 0 { return nil }
    switch now.fault_step {
    case 10: return "no ring for the waiters: \(Errno(rawValue: now.fault))"
    case 1000...: return "a process of the run was ended by signal \(now.fault_step - 1000)"
    default: return "step \(now.fault_step): \(Errno(rawValue: now.fault))"
    }
  }

  /// It goes on: nobody has stopped it, nothing is wrong, and its first process is there.
  public var isRunning: Bool { kw_stress_read(&stress.pointee.stop) == 0 && isAlive }

  private var isAlive: Bool {
    guard !isReaped else { return false }
    var status: Int32 = 0
    isReaped = waitpid(process, &status, WNOHANG) != 0
    return !isReaped
  }

  /// Tells all processes to end, and waits for them; after `milliseconds` they are killed.
  /// - Returns: whether they ended by themselves. One that does not may hang in the kernel.
  @discardableResult public func end(milliseconds: Int = 10_000) -> Bool {
    guard !isOver else { return true }
    kw_stress_stop(stress)
    var waited = 0
    while isAlive, waited < milliseconds {
      usleep(5000)
      waited += 5
    }
    let didEnd = !isAlive
    if !didEnd {
      kill(-process, SIGKILL)
      kill(process, SIGKILL)
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0, errno == EINTR {}
      isReaped = true
    }
    isOver = true
    close(control)
    close(file)
    return didEnd
  }

}
