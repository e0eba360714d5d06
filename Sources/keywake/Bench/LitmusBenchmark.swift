import ArgumentParser
import CBaseline
import CrossCheck
import Foundation
import LiveKernel
import Scenario
import SystemPackage

extension BenchCommand {
  struct Litmus: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A two-lane race beside the same in straight C, and stress beside other futex benchmarks.")

    @Option(help: "Seconds of each measurement; there are three of each.")
    var seconds = 2.0
    @Option(help: "The keywake-agent program. Default: beside this program.")
    var agent: String?

    func validate() throws {
      guard seconds > 0, seconds <= 3600 else { throw ValidationError("--seconds: expected more than 0, at most 3600") }
    }

    func run() throws {
      Stream.output.line("a second, median of three in turn             Keywake       other   ratio  wanted")
      try race()
      try stress()
    }

    private static let text = """
      keywake 1
      process a
      process b
      file f memfd pages=2
      a map x f pages=0..1 shared rw
      b map y f pages=0..1 shared rw
      race
        lane a: wait x+0x10 value=0 -> w
        lane b: store y+0x10 1 ; wake y+0x10 count=1
      end
      a wake x+0x10 count=8
      """

    /// Runs of the race a second, judged, beside rounds of `baseline_race`.
    private func race() throws {
      var options = LiveOptions()
      options.agent = agent.map { FilePath($0) }
      options.races = true
      options.oneProcessor = false
      let kernel = try LiveKernel(options)
      defer { kernel.shutDown() }
      guard kernel.waiters == .ring else {
        throw CommandFailure(message: "no ring waiters: \(kernel.waitersReason ?? "")", code: .nothingExecuted)
      }
      let scenario: Scenario
      do throws(ParseError) {
        scenario = try ScenarioParser.parse(Self.text, file: "race")
      } catch {
        throw CommandFailure.fault("\(error)")
      }
      var rows: [(ours: Double, other: Double)] = []
      for _ in 0..<3 {
        let other = try straight()
        let start = Clock.now
        var litmus = LitmusRun(scenario, release: .newest)
        let report = litmus.run(on: kernel, until: { _ in Clock.now - start >= seconds })
        if let problem = report.fault ?? report.skipped { throw CommandFailure.fault(problem) }
        rows.append((Double(report.runs) / (Clock.now - start), other))
      }
      print("runs of a wait/wake race, straight C", rows)
    }

    private func straight() throws(CommandFailure) -> Double {
      var rounds: UInt32 = 1000
      while true {
        let time = Double(baseline_race(rounds)) / 1e9
        if time < 0 { throw .fault("the straight C race failed: \(String(cString: strerror(errno)))") }
        if time >= seconds / 2 || rounds > 1 << 24 { return Double(rounds) / time }
        rounds = UInt32(min(Double(rounds) * max(2, seconds / max(time, 1e-6)), Double(1 << 25)))
      }
    }

    /// Waiters that a stress run wakes a second, with all its checks, beside how many others do.
    ///
    /// Ours were woken out of a queue by what a wake's result says, wait again, and are in the books; the time is the
    /// whole run's. Those of `perf` are 64 parked threads, woken by one call each; the time is the waking's alone.
    /// `stress-ng` counts a waiter that was woken and came back; two pairs run at once.
    private func stress() throws {
      var ours: [Double] = []
      var perf: [Double] = []
      var ng: [Double] = []
      var perfMissing: String?
      var ngMissing: String?
      for turn in 0..<3 {
        var options = StressOptions()
        options.agent = agent.map { FilePath($0) }
        options.seed = UInt64(turn)
        let run = try StressRun(options)
        let start = Clock.now
        while run.isRunning, Clock.now - start < seconds { usleep(10_000) }
        ours.append(Double(run.counts.woken) / (Clock.now - start))
        run.end()
        if let problem = run.fault ?? run.finding?.text { throw CommandFailure.fault("stress: \(problem)") }
        switch OtherBenchmarks.perf() {
        case .success(let rate): perf.append(rate)
        case .failure(let failure): perfMissing = failure.reason
        }
        switch OtherBenchmarks.stressNG(seconds: max(1, Int(seconds))) {
        case .success(let rate): ng.append(rate)
        case .failure(let failure): ngMissing = failure.reason
        }
      }
      let rows = [("perf bench futex wake", perf, perfMissing), ("stress-ng --futex", ng, ngMissing)]
      for (other, rates, missing) in rows {
        let name = "woken in stress, \(other)"
        if let missing {
          Stream.output.line(name + String(repeating: " ", count: max(1, 41 - name.count)) + "skipped: \(missing)")
        } else {
          print(name, zip(ours, rates).map { ($0, $1) })
        }
      }
    }

    private func print(_ name: String, _ rows: [(ours: Double, other: Double)]) {
      let median = rows.sorted { $0.ours / $0.other < $1.ours / $1.other }[rows.count / 2]
      func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
      }
      let hundredths = Int((100 * median.ours / median.other).rounded())
      Stream.output.line(
        name + String(repeating: " ", count: max(0, 41 - name.count))
          + right(SummaryText.grouped(UInt64(median.ours)), 12) + right(SummaryText.grouped(UInt64(median.other)), 12)
          + right("\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)", 8) + right("0.50", 8))
    }
  }
}

/// Futex benchmarks of Debian's packages linux-perf and stress-ng.
enum OtherBenchmarks {
  struct Missing: Error {
    var reason: String
  }

  /// Waiters woken a second by `perf bench futex wake`, one call each.
  static func perf() -> Result<Double, Missing> {
    output("perf", ["bench", "futex", "wake", "-t", "64", "-w", "1"], package: "linux-perf").flatMap { text in
      // Avg: Wokeup 64 of 64 threads in 0.1230 ms
      let lines = text.split(separator: "\n").filter { $0.contains("of 64 threads in") && $0.contains("Wokeup") }
      let times = lines.compactMap { line -> Double? in
        let words = line.split(separator: " ")
        guard let at = words.firstIndex(of: "in"), words.indices.contains(at + 1) else { return nil }
        return Double(words[at + 1])
      }
      guard let time = times.last, time > 0 else {
        return .failure(Missing(reason: "perf: its output is not understood"))
      }
      return .success(64 / (time / 1000))
    }
  }

  /// Operations a second as `stress-ng --futex` counts them, two at once.
  static func stressNG(seconds: Int) -> Result<Double, Missing> {
    output("stress-ng", ["--futex", "2", "-t", "\(seconds)", "--metrics-brief"], package: "stress-ng").flatMap { text in
      // stress-ng: info: [1] futex  123456  2.00  0.50  3.00  61728.00  35273.14
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        guard let at = words.firstIndex(of: "futex"), words.count > at + 5, Double(words[at + 1]) != nil,
          let rate = Double(words[at + 5])
        else { continue }
        return .success(rate)
      }
      return .failure(Missing(reason: "stress-ng: its output is not understood"))
    }
  }

  private static func output(_ program: String, _ arguments: [String], package: String) -> Result<String, Missing> {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    do { try process.run() } catch { return .failure(Missing(reason: "\(program) cannot be started: \(error)")) }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let isMissing = process.terminationStatus == 127
      return .failure(
        Missing(reason: isMissing ? "\(program) is not here: install the package \(package)" : "\(program) failed"))
    }
    return .success(String(decoding: data, as: UTF8.self))
  }
}
