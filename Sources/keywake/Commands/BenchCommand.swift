import ArgumentParser
import Contract
import CrossCheck
import LiveKernel
import Scenario

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures Keywake against straight C, SPIN and an empty fuzz target, as ratios within one run.",
    subcommands: [Live.self, Litmus.self, Explore.self, OfCampaign.self])

  struct Live: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Scenarios with ring waiters beside the same system calls in straight C, without any checking.")

    @Option(help: "Seconds of each measurement; each row takes six.")
    var seconds = 1.0
    @Option(name: .customLong("row"), help: "Only rows with this in their names.")
    var rows: String?
    @Option(help: "The keywake-agent program. Default: beside this program.")
    var agent: String?

    func validate() throws {
      if let rows, !LiveBenchmark.all.contains(where: { $0.name.contains(rows) }) {
        let names = LiveBenchmark.all.map { "'\($0.name)'" }.joined(separator: ", ")
        throw ValidationError("--row: no row is called '\(rows)'; there are \(names)")
      }
      guard seconds > 0, seconds <= 3600 else { throw ValidationError("--seconds: expected more than 0, at most 3600") }
    }

    func run() throws {
      let journal: HostJournal
      do throws(HostError) {
        journal = try HostJournal()
      } catch {
        throw CommandFailure.fault("cannot begin the undo journal: \(error)")
      }
      defer { for failure in journal.finish() { Stream.error.line("could not undo: \(failure)") } }
      var options = LiveOptions()
      options.agent = agent.map { .init($0) }
      for failure in options.useFolders(of: journal) { Stream.error.line(failure) }
      let kernel = try LiveKernel(options)
      defer { kernel.shutDown() }
      guard kernel.waiters == .ring else {
        throw CommandFailure(message: "no ring waiters: \(kernel.waitersReason ?? "")", code: .nothingExecuted)
      }
      Stream.output.line("operations per second, median of three   Keywake  straight C   ratio  wanted  agents   host")
      for row in LiveBenchmark.all where rows.map({ row.name.contains($0) }) ?? true {
        // In turn, so that both meet the same noise.
        var ratios: [(ratio: Double, live: Double, baseline: Double, agents: Double, host: Double)] = []
        for _ in 0..<3 {
          let baseline = try row.baselineRate(seconds: seconds)
          let live = try row.liveRate(kernel, seconds: seconds)
          ratios.append((live.rate / baseline, live.rate, baseline, live.agents, live.host))
        }
        let median = ratios.sorted { $0.ratio < $1.ratio }[1]
        Stream.output.line(
          Columns.left(row.name, 36) + Columns.right(SummaryText.grouped(UInt64(median.live)), 12)
            + Columns.right(SummaryText.grouped(UInt64(median.baseline)), 12)
            + Columns.right(Columns.decimal(median.ratio), 8)
            + Columns.right(Columns.decimal(row.target), 8) + Columns.right("\(Int(100 * median.agents)) %", 8)
            + Columns.right("\(Int(100 * median.host)) %", 7))
      }
      Stream.output.line(
        "agents, host: how much of the time a processor worked for them; the host writes the next while agents run")
      if rows == nil { try overhead(options) }
    }

    /// Generating, encoding and judging, as a share of whole runs of random scenarios.
    private func overhead(_ options: LiveOptions) throws {
      var options = options
      options.pageoutAttempts = 2
      let release = KernelRelease.newest
      let kernel = LiveKernelUnderTest(release: release, options: options)
      defer { kernel.renew() }
      let judge = Judge(release: release)
      var own = 0.0
      let start = Clock.now
      var number: UInt64 = 0
      while Clock.now - start < 3 * seconds {
        let before = Clock.now
        let scenario = Generated.scenario(number: number, seed: 1, profile: .liveBasic)
        let decoded = ScenarioDecoder.decode(ScenarioEncoder.encode(scenario))
        let running = Clock.now
        let report = kernel.run(decoded, waiters: .ring)
        let after = Clock.now
        _ = judge.judge(decoded, report, waiters: .ring)
        own += running - before + Clock.now - after
        number += 1
      }
      let share = own / (Clock.now - start)
      Stream.output.line(
        "generating, both byte forms and judging take \(Columns.decimal(100 * share)) % of \(SummaryText.grouped(number)) random runs"
      )
    }
  }
}
