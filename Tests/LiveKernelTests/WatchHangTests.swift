import Foundation
import SystemPackage
import Testing

@testable import LiveKernel

@Suite struct WatchHangTests {
  // MARK: - The decision, on samples as the kernel gives them

  private func classify(
    _ before: ThreadSample, _ after: ThreadSample, mailboxes: [Range<UInt64>] = []
  ) -> HangCause {
    HangClassifier.classify(
      [ProcessSample(process: 7, threads: [before])], [ProcessSample(process: 7, threads: [after])],
      mailboxes: mailboxes)
  }

  private func thread(
    _ state: String, user: UInt64 = 5, system: UInt64 = 5, delay: UInt64 = 1000, switches: UInt64 = 9,
    call: Int? = nil, address: UInt64 = 0, channel: String? = nil
  ) -> ThreadSample {
    ThreadSample(
      thread: 8, state: state, userTicks: user, systemTicks: system, runDelay: delay, voluntarySwitches: switches,
      systemCall: call, systemCallArguments: [address, 0, 0, 0, 0, 0], waitChannel: channel)
  }

  private var futex: Int { FutexCalls.ofOneWord[0] }

  @Test func aSleeperInAFutexWaitIsALostWake() {
    let sleeper = thread("S", call: futex, address: 0x1000, channel: "futex_wait_queue")
    #expect(classify(sleeper, sleeper) == .lostWake(threads: [8]))
    #expect(classify(sleeper, sleeper, mailboxes: [0x2000..<0x3000]) == .lostWake(threads: [8]))
    // Where /proc/PID/syscall may not be read the wait channel tells.
    let channel = thread("S", channel: "futex_wait_queue")
    #expect(classify(channel, channel) == .lostWake(threads: [8]))
  }

  @Test func aSleeperInTheMailboxIsIdle() {
    let idle = thread("S", call: futex, address: 0x2008)
    #expect(classify(idle, idle, mailboxes: [0x2000..<0x3000]) == .harnessFault("the agents wait for a command"))
  }

  @Test func kernelTimeAloneIsAKernelLoop() {
    #expect(classify(thread("R"), thread("R", system: 30)) == .kernelLoop(thread: 8))
    // One tick in user space, or a sleep, and it came back from the kernel.
    #expect(classify(thread("R"), thread("R", user: 6, system: 30)) != .kernelLoop(thread: 8))
    #expect(classify(thread("R"), thread("R", system: 30, switches: 10)) != .kernelLoop(thread: 8))
  }

  @Test func anUninterruptibleSleepIsKernelBlocked() {
    let blocked = thread("D", channel: "folio_wait_bit_common")
    #expect(classify(blocked, blocked) == .kernelBlocked(thread: 8, waitChannel: "folio_wait_bit_common"))
    // It slept again meanwhile: slow, but going on.
    #expect(classify(blocked, thread("D", switches: 10)).name == "slow-machine")
  }

  @Test func faultsOfTheHarness() {
    #expect(HangClassifier.classify([], [ProcessSample(process: 7, threads: [])]) == .harnessFault("agent 7 is dead"))
    #expect(classify(thread("S"), thread("Z")) == .harnessFault("agent 7 is dead"))
    #expect(classify(thread("S"), thread("T")) == .harnessFault("agent 7 is stopped by a signal"))
    var traced = thread("S")
    traced.tracer = 99
    #expect(classify(thread("S"), traced) == .harnessFault("agent 7 is being traced by process 99"))
    #expect(
      classify(thread("R"), thread("R", user: 30)) == .harnessFault("thread 8 runs in user space and does not end"))
    #expect(
      classify(thread("S", channel: "do_nanosleep"), thread("S", channel: "do_nanosleep")).name == "harness-fault")
  }

  @Test func progressIsASlowMachine() {
    #expect(classify(thread("S"), thread("S", switches: 10)).name == "slow-machine")
    #expect(classify(thread("R"), thread("R", delay: 900_000)).name == "slow-machine")
    #expect(classify(thread("R"), thread("S", user: 6, system: 7)).name == "slow-machine")
    // 1 tick of CPU and 200 ms of waiting for one.
    #expect(classify(thread("R"), thread("R", user: 6, delay: 200_001_000)).name == "slow-machine")
    let news = HangClassifier.classify(
      [ProcessSample(process: 7, threads: [])], [ProcessSample(process: 7, threads: [thread("S")])])
    #expect(news.name == "slow-machine")
  }

  @Test func aThreadStuckInTheKernelExplainsTheSleepers() {
    let sleeper = ThreadSample(thread: 3, state: "S", systemCall: futex, systemCallArguments: [0x1000])
    let cause = HangClassifier.classify(
      [ProcessSample(process: 7, threads: [sleeper, thread("R")])],
      [ProcessSample(process: 7, threads: [sleeper, thread("R", system: 20)])])
    #expect(cause == .kernelLoop(thread: 8))
  }

  // MARK: - Real processes that hang in known ways

  /// Lets time pass until `isEnough` of a new sample of the process.
  private func pause(_ process: Int32, until isEnough: @escaping @Sendable (ProcessSample) -> Bool)
    -> @Sendable () -> Void
  {
    { while !isEnough(ProcessSample(process: process)) { sched_yield() } }
  }

  private func waitForSleep(_ process: Int32) {
    while ProcessSample(process: process).threads.contains(where: { $0.state != "S" }) { sched_yield() }
  }

  @Test(.enabled(if: HostSupport.capabilities.has(.ptrace), HostSupport.lacks(.ptrace)))
  func aProcessAsleepInAFutexWait() throws {
    let victim = try HostVictimProcess(["hang", "futex"])
    #expect(victim.standsStill())
    waitForSleep(victim.pid)
    let report = AgentWatch(pause: {}).examine([victim.pid])
    #expect(report.cause == .lostWake(threads: [victim.pid]))
    let thread = try #require(report.processes.first?.threads.first)
    #expect(thread.futexAddress != nil)
    let stack = try #require(report.userStacks.first)
    #expect(stack.failure == nil)
    #expect(stack.frames.contains { $0.function == "kwh_syscall" }, "\(stack.frames)")
    #expect(stack.frames.contains { $0.function?.contains("main") == true })
    #expect(stack.frames.allSatisfy { $0.module != nil })
    #expect(report.lines.first == "lost-wake: asleep in a futex wait: thread \(victim.pid)")
    #expect(report.lines.contains { $0.contains("user #0") })
    if HostSupport.capabilities.has(.procStack) {
      #expect(report.lines.contains { $0.contains("kernel") && $0.contains("futex") })
    }
    // It sleeps again after the look, in the same wait.
    waitForSleep(victim.pid)
    #expect(ProcessSample(process: victim.pid).threads.first?.futexAddress == thread.futexAddress)
    // The same wait, known as the agent's mailbox, is idleness.
    let address = try #require(thread.futexAddress)
    let idle = AgentWatch(mailboxes: [address..<address + 4], pause: {}).examine([victim.pid])
    #expect(idle.cause == .harnessFault("the agents wait for a command"))
  }

  @Test func aProcessThatSpins() throws {
    let victim = try HostVictimProcess(["hang", "spin"])
    #expect(victim.standsStill())
    let pid = victim.pid
    let start = try #require(ProcessSample(process: pid).threads.first)
    let watch = AgentWatch(pause: pause(pid) { ($0.threads.first?.userTicks ?? .max) >= start.userTicks + 4 })
    let report = watch.examine([pid])
    // Which of the two depends on how much of the CPU others leave it; never a loop in the kernel, nor a lost wake.
    #expect(["harness-fault", "slow-machine"].contains(report.cause.name), "\(report.cause)")
  }

  @Test func aProcessThatRunsInTheKernel() throws {
    let victim = try HostVictimProcess(["hang", "kernel"])
    #expect(victim.standsStill())
    let pid = victim.pid
    // Into the long system call first.
    let entered = try #require(ProcessSample(process: pid).threads.first).systemTicks + 2
    pause(pid) { ($0.threads.first?.systemTicks ?? .max) >= entered }()
    let watch = AgentWatch(pause: pause(pid) { ($0.threads.first?.systemTicks ?? .max) >= entered + 3 })
    let report = watch.examine([pid])
    #expect(report.cause == .kernelLoop(thread: pid))
    #expect(report.processes.first?.threads.first?.systemCall == nil)
  }

  @Test func aProcessThatIsStopped() throws {
    let victim = try HostVictimProcess(["hang", "sleep"])
    #expect(victim.standsStill())
    kill(victim.pid, SIGSTOP)
    var status: Int32 = 0
    waitpid(victim.pid, &status, WUNTRACED)
    let report = AgentWatch(pause: {}).examine([victim.pid])
    #expect(report.cause == .harnessFault("agent \(victim.pid) is stopped by a signal"))
  }

  @Test func aProcessThatIsDead() throws {
    let victim = try HostVictimProcess(["hang", "exit"])
    #expect(victim.standsStill())
    // A zombie first: nobody has waited for it.
    while !ProcessSample(process: victim.pid).isDead { sched_yield() }
    #expect(AgentWatch(pause: {}).examine([victim.pid]).cause == .harnessFault("agent \(victim.pid) is dead"))
    victim.end()
    let report = AgentWatch(pause: {}).examine([victim.pid])
    #expect(report.cause == .harnessFault("agent \(victim.pid) is dead"))
    #expect(report.userStacks.isEmpty)
    #expect(report.lines.contains("process \(victim.pid): gone"))
  }

  @Test func reportsAreCodable() throws {
    let report = HangReport(
      cause: .lostWake(threads: [8]), processes: [ProcessSample(process: 7, threads: [thread("S", call: 202)])],
      userStacks: [
        .init(
          process: 7, thread: 8, frames: [StackFrame(address: 0x401000, function: nil, offset: 0x1000, module: "a.out")]
        )
      ])
    #expect(try JSONDecoder().decode(HangReport.self, from: JSONEncoder().encode(report)) == report)
    #expect(report.lines.last == "    user #0 0x401000 in a.out+0x1000")
  }
}
