import CBaseline
import Glibc
import LiveKernel
import Scenario
import SystemPackage

/// One row of `keywake bench live`: a scenario, and the same system calls in straight C without any checking.
struct LiveBenchmark: Sendable {
  var name: String
  /// The part of the straight C's operations per second that the design asks for.
  var target: Double
  var text: String
  /// Operations of one round of the C function.
  var operationsOfRound: Int
  /// Runs rounds and returns the nanoseconds, negative with errno on failure.
  var baseline: @Sendable (UInt32) -> Int64

  static let all = [oneProcess, waitWake, twoProcesses, forkExit]

  private static let oneProcess = LiveBenchmark(
    name: "one process", target: 0.7,
    text: """
      keywake 1
      process a
      file f memfd pages=2
      a map x f pages=0..1 shared rw
      a map y f pages=0..1 shared rw
      a store x+0x10 7
      a load y+0x10
      a wait x+0x10 value=7 -> w1
      a wake y+0x10 count=1
      a wait x+0x10 value=7 -> w2
      a wake y+0x10 count=1
      a wait x+0x10 value=7 -> w3
      a wake y+0x10 count=1
      a wait x+0x10 value=7 -> w4
      a requeue y+0x10 y+0x20 wake=0 move=1
      a wake x+0x20 count=1
      a wait x+0x10 value=6 -> w5
      a dontneed y
      a load y+0x10
      a protect y r
      a wake y+0x10 count=1
      a truncate f pages=0
      a wake y+0x10 count=1
      a unmap x
      a unmap y
      a close f
      """, operationsOfRound: Int(BASELINE_ONE_PROCESS_OPERATIONS), baseline: { baseline_one_process($0) })

  private static let waitWake = LiveBenchmark(
    name: "wait, wake, reap", target: 0.75,
    text: "keywake 1\nprocess a\nfile f memfd pages=2\na map x f pages=0..1 shared rw\na map y f pages=0..1 shared rw\n"
      + (0..<Int(BASELINE_WAIT_WAKE_PAIRS)).map { "a wait x+0 value=0 -> w\($0)\na wake y+0 count=1\n" }.joined(),
    operationsOfRound: Int(BASELINE_WAIT_WAKE_PAIRS) * 2 + 3, baseline: { baseline_wait_wake($0) })

  private static let twoProcesses = LiveBenchmark(
    name: "two processes", target: 0.5,
    text: "keywake 1\nprocess a\nprocess b\nfile f memfd pages=2\n"
      + (0..<4).map { round in
        """
        a map x f pages=0..1 shared rw
        a wait x+0x10 value=0 -> u\(round)
        a wait x+0x20 value=0 -> v\(round)
        a wait x+0x30 value=0 -> w\(round)
        a store x+0x50 1
        a load x+0x50
        b map y f pages=0..1 shared rw
        b wake y+0x10 count=1
        b store y+0x10 0
        b wake y+0x20 count=1
        b wake y+0x30 count=1
        b unmap y
        a wake x+0x10 count=1
        a unmap x

        """
      }.joined(),
    operationsOfRound: Int(BASELINE_TWO_PROCESSES_OPERATIONS), baseline: { baseline_two_processes($0) })

  private static let forkExit = LiveBenchmark(
    name: "fork and exit", target: 0.5,
    text: """
      keywake 1
      process a
      file f memfd pages=2
      a map x f pages=0..1 shared rw
      a store x+0x10 1
      a fork b
      b wake x+0x10 count=1
      b exit
      a wake x+0x10 count=1
      a exit
      """, operationsOfRound: Int(BASELINE_FORK_EXIT_OPERATIONS), baseline: { baseline_fork_exit($0) })

  /// Operations per second of straight C, over about `seconds`.
  func baselineRate(seconds: Double) throws(CommandFailure) -> Double {
    var rounds: UInt32 = 64
    while true {
      let time = Double(baseline(rounds)) / 1e9
      if time < 0 { throw .fault("\(name): the straight C failed: \(String(cString: strerror(errno)))") }
      if time >= seconds || rounds > 1 << 24 { return Double(rounds) * Double(operationsOfRound) / time }
      rounds = UInt32(min(Double(rounds) * max(2, 1.2 * seconds / max(time, 1e-6)), Double(1 << 25)))
    }
  }

  /// Operations per second of the same as a scenario, over about `seconds`, and how much of that time the agents' and the
  /// host's threads used a processor.
  func liveRate(
    _ kernel: LiveKernel, seconds: Double
  ) throws(CommandFailure) -> (rate: Double, agents: Double, host: Double) {
    let scenario: Scenario
    do throws(ParseError) {
      scenario = try ScenarioParser.parse(text, file: name)
    } catch {
      throw .fault("\(error)")
    }
    let batch = Array(repeating: scenario, count: 1024)
    let count = scenario.operations.count { $0.kind != .process }
    var runs = 0
    let agents = Self.processorTime(of: kernel.processes), host = CPUClock.now
    let start = Clock.now
    while Clock.now - start < seconds {
      for run in kernel.run(batch) {
        guard run.verdict == .complete else { throw .fault("\(name): \(run.verdict)") }
      }
      runs += batch.count
    }
    let time = Clock.now - start
    return (
      Double(runs) * Double(count) / time, (Self.processorTime(of: kernel.processes) - agents) / time,
      (CPUClock.now - host) / time
    )
  }

  /// Seconds of other processes and of the children that they waited for, as /proc/PID/stat has them.
  private static func processorTime(of processes: [Int32]) -> Double {
    let host = HostProbeEnvironment()
    let ticks = processes.reduce(0) { sum, process in
      guard case .success(let stat) = host.readText(FilePath("/proc/\(process)/stat")) else { return sum }
      // The name, in parentheses, may have spaces: what follows it has none.
      let fields = stat.drop { $0 != ")" }.split(separator: " ").dropFirst()
      return sum + fields.dropFirst(11).prefix(4).reduce(0) { $0 + (Int($1) ?? 0) }
    }
    return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}
