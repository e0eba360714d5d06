import Glibc
import LiveKernel
import Scenario
import Testing

@Suite(.serialized) struct FaultTests {
  /// About a quarter of a second of waits, with one more waiter asleep all the time.
  private func slow() throws -> Scenario {
    let waits = (1...30).map { "a wait x+0 value=0 timeout=relative-short -> w\($0)\n" }.joined()
    return try LiveTest.scenario("process a\na map x anonymous pages=1 private rw\na wait x+4 value=0 -> w0\n" + waits)
  }
  private func isThere(_ process: Int32) -> Bool { kill(process, 0) == 0 }

  @Test(arguments: WaiterKind.allCases) func aKilledAgentIsAHarnessFaultAndIsReplaced(_ kind: WaiterKind) throws {
    let scenario = try LiveTest.scenario("process a\na map x anonymous pages=1 private rw\na wait x+0 value=0 -> w")
    let kernel = try LiveTest.kernel(kind)
    #expect(kernel.run(scenario).verdict == .complete)
    // The nursery comes first. Stopped agents hold the run up until they are killed.
    let victims = kernel.processes.dropFirst()
    for victim in victims { kill(victim, SIGSTOP) }
    let killer = try ProcessLook.shell("sleep 0.05; kill -9 \(victims.map(String.init).joined(separator: " "))")
    let run = kernel.run(scenario)
    ProcessLook.wait(for: killer)
    guard case .harnessFault = run.verdict else {
      Issue.record("\(run.verdict)")
      return
    }
    LiveTest.check(scenario, Self.untilComplete(kernel, scenario))
  }

  /// Runs the scenario until no agent that was killed before is in the way: at most once for each of them.
  private static func untilComplete(_ kernel: LiveKernel, _ scenario: Scenario) -> LiveRun {
    for _ in 0..<8 {
      let run = kernel.run(scenario)
      if run.verdict == .complete { return run }
    }
    return kernel.run(scenario)
  }

  @Test func agentsKilledBetweenRunsAreReplaced() throws {
    let scenario = try LiveTest.scenario("process a\na map x anonymous pages=1 private rw\na wake x+0 count=1 => 0")
    let kernel = try LiveTest.kernel(.ring)
    for _ in 0..<10 {
      for victim in kernel.processes.dropFirst() { kill(victim, SIGKILL) }
      // A run may meet an agent that is just dying: that is a fault.
      LiveTest.check(scenario, Self.untilComplete(kernel, scenario))
    }
  }

  @Test func aStoppedAgentIsAHarnessFault() throws {
    let scenario = try LiveTest.scenario("process a\na map x anonymous pages=1 private rw\na wake x+0 count=1 => 0")
    let kernel = try LiveTest.kernel(.ring) { $0.limit = 400 }
    #expect(kernel.run(scenario).verdict == .complete)
    for victim in kernel.processes.dropFirst() { kill(victim, SIGSTOP) }
    let run = kernel.run(scenario)
    guard case .harnessFault(let text) = run.verdict else {
      Issue.record("\(run.verdict)")
      return
    }
    #expect(text.contains("stopped"))
    LiveTest.check(scenario, Self.untilComplete(kernel, scenario))
  }

  @Test func aKilledNurseryIsReplaced() throws {
    let scenario = try LiveTest.scenario("process a\na map x anonymous pages=1 private rw\na wake x+0 count=1 => 0")
    let kernel = try LiveTest.kernel(.ring)
    let before = kernel.processes
    kill(before[0], SIGKILL)
    while isThere(before[0]), ProcessLook.state(before[0]) != "Z" { sched_yield() }
    _ = kernel.run(scenario)
    LiveTest.check(scenario, kernel.run(scenario))
    #expect(kernel.processes[0] != before[0])
  }

  @Test func aRunThatTakesTooLongHangs() throws {
    struct Observer: HangObserver {
      func observe(_ hang: Hang) -> [String] { hang.processes.map { "saw \($0) in \(hang.operation)" } }
    }
    let kernel = try LiveTest.kernel(.thread) {
      $0.limit = 30
      $0.hangObserver = Observer()
    }
    let scenario = try slow()
    // On a busy machine the run may end before this process gets to look at its clock.
    let run = (1...50).lazy.map { _ in kernel.run(scenario) }.first { $0.verdict != .complete }
    guard case .hung(let operation, let seen) = run?.verdict else {
      Issue.record("\(String(describing: run?.verdict))")
      return
    }
    #expect(scenario.operations.indices.contains(operation))
    #expect(seen.count == 1)
    #expect(seen.allSatisfy { $0.hasPrefix("saw ") })
  }

  @Test(arguments: WaiterKind.allCases) func nothingIsLeftAfterTheEnd(_ kind: WaiterKind) throws {
    let kernel = try LiveTest.kernel(kind)
    let run = kernel.run(
      try LiveTest.scenario("process a\na fork b\na map x anonymous pages=1 shared rw\nb exit\na wait x+0 value=0 -> w")
    )
    #expect(run.verdict == .complete)
    let processes = kernel.processes
    let paths = kernel.paths
    #expect(processes.count >= 2)
    kernel.shutDown()
    // Agents are killed with the nursery; init reaps them.
    for process in processes {
      while isThere(process), ProcessLook.state(process) != "Z" { sched_yield() }
    }
    for path in paths { #expect(access(path.string, F_OK) != 0) }
  }

  @Test func descriptorsAndMemoryStayFlat() throws {
    let kernel = try LiveTest.kernel(.ring)
    let scenario = try LiveTest.scenario(
      """
      process a
      process b
      file f memfd pages=2
      file g tmpfs pages=1
      a map x f pages=0..1 shared rw
      b map x f pages=0..1 shared rw
      a wait x+0 value=0 -> w1
      a wait x+0 value=0 -> w2
      b wake x+0 count=1               => 1 wakes w1
      b map y g pages=0..0 private rw
      b store y+0 1
      """)
    for _ in 0..<200 { LiveTest.check(scenario, kernel.run(scenario)) }
    let processes = kernel.processes
    let before = processes.map { ProcessLook.descriptors($0) }
    let own = ProcessLook.descriptors(getpid())
    let mappings = processes.map { ProcessLook.lines($0, "maps") }
    for _ in 0..<2000 { LiveTest.check(scenario, kernel.run(scenario)) }
    #expect(kernel.processes == processes)
    #expect(processes.map { ProcessLook.descriptors($0) } == before)
    // Other tests run beside this one; one descriptor a run would be 2000.
    #expect(ProcessLook.descriptors(getpid()) < own + 200)
    #expect(processes.map { ProcessLook.lines($0, "maps") } == mappings)
  }

  @Test func manyForksLeaveNoProcess() throws {
    let kernel = try LiveTest.kernel(.ring)
    let scenario = try LiveTest.scenario(
      "process a\na map x anonymous pages=1 shared rw\na fork b\nb wait x+0 value=0 -> w\na wake x+0 count=9 => 1 wakes w"
    )
    for _ in 0..<300 { LiveTest.check(scenario, kernel.run(scenario), notes: []) }
    #expect(kernel.processes.count <= 25)
  }
}
