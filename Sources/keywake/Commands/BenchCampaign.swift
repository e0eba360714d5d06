import ArgumentParser
import Campaign
import CrossCheck
import Foundation

extension BenchCommand {
  struct OfCampaign: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "campaign",
      abstract: "The fuzz targets beside one that does nothing, and what a campaign spends its time on.",
      discussion: """
        The targets must be built for libFuzzer: ./Fuzz/targets does that. ContractVsLive asks the live kernel; the \
        others run in one process.
        """)

    @Option(help: "Seconds of each measurement of a target.")
    var seconds = 5
    @Option(help: "Measurements of each target; the median counts.")
    var rounds = 3
    @Option(help: "How long the campaign works.")
    var time = TimeSpan(seconds: 60)
    @Flag(help: "Measure the targets alone.")
    var withoutCampaign = false
    @Option(help: "Length of one life of a worker in it.")
    var shift = TimeSpan(seconds: 10)
    @Option(help: "Folder of libFuzzer programs. Default: .build-fuzz/release, here or above this program.")
    var targets: String?
    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func validate() throws {
      guard (1...3600).contains(seconds) else { throw ValidationError("--seconds: expected 1 to 3600") }
      guard (1...100).contains(rounds) else { throw ValidationError("--rounds: expected 1 to 100, found \(rounds)") }
    }

    func run() throws {
      guard let targets = targets ?? CampaignCommand.standardTargets() else {
        throw CommandFailure.usage(
          "there is no folder .build-fuzz/release with libFuzzer programs; build them with ./Fuzz/targets, or name one: --targets"
        )
      }
      StopRequest.listen()
      let work = FileManager.default.temporaryDirectory.appending(path: "keywake-bench-\(getpid())").path
      defer { try? FileManager.default.removeItem(atPath: work) }
      var progress = ProgressDisplay(terminal: Terminal())
      let start = Clock.now
      var result = CampaignBenchmark()
      try result.measureTargets(targets, seconds: seconds, rounds: rounds, work: work) { text in
        progress.update(elapsed: Clock.now - start) { text }
      }
      if !withoutCampaign, !StopRequest.isPending {
        progress.update(elapsed: Clock.now - start) { "a campaign of \(TimeSpan.text(time.seconds))" }
        try result.measureCampaign(
          seconds: time.seconds, shift: shift.seconds, arguments: ["--targets", targets], work: work)
      }
      progress.erase()
      if json { try JSONOutput.print(result) } else { for line in result.lines { Stream.output.line(line) } }
    }
  }
}

extension CampaignBenchmark {
  var lines: [String] {
    var lines = [
      Columns.left("executions a second, median", 30) + Columns.right("rate", 12) + Columns.right("of empty", 12)
        + Columns.right("wanted", 10)
    ]
    for row in rows {
      lines.append(
        Columns.left(row.name, 30) + Columns.right(SummaryText.grouped(UInt64(row.rate)), 12)
          + Columns.right("1/\(Columns.decimal(1 / max(1e-9, row.ratio)))", 12)
          + Columns.right(row.wanted.map { "1/\(Int((1 / $0).rounded()))" } ?? "", 10))
    }
    lines += missing.map { "\($0): not built for libFuzzer" }
    if let costs {
      func percent(_ share: Double) -> String { "\(Columns.decimal(100 * share)) %" }
      lines.append(
        "a campaign of \(Int(costs.seconds)) s, \(costs.shifts) shifts: the store \(percent(costs.store)) of its own time "
          + "(wanted below \(percent(Self.wantedStore))); of its workers' time triage \(percent(costs.triage)), starting "
          + "and ending programs \(percent(costs.restarts)), nobody at work \(percent(costs.idle))")
    }
    return lines
  }
}
