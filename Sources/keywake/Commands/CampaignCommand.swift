import ArgumentParser
import Campaign
import CrossCheck
import Explorer
import Foundation
import LiveKernel
import Machine

struct CampaignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "campaign",
    abstract: "A long run: workers of several kinds side by side, their findings triaged, minimised and exported.",
    discussion: """
      Everything is kept in DIR; a campaign that was stopped, killed or ran out of disk goes on where it was. Each new \
      signature is run again by itself, and a confirmed one is minimised and exported as a C program, or, if the \
      simulated kernel shows it, explained step by step. With --variant and --program it is a version of your own that \
      `machine-races` are about; a later start of the same campaign takes both from DIR. Look at it with \
      `keywake status DIR`, `keywake serve DIR` and `keywake report DIR`. Exit codes: 1 there are findings that no \
      known issue explains, others as those of `keywake`.
      """)

  @Argument(help: "The campaign's folder; it is made if it is missing.")
  var folder: String
  @Option(help: "How long to work: 90s, 5m, 2h, 7d. Default: until it is stopped.")
  var time: TimeSpan?
  @Option(help: "Workers at the same time. Default: as many as processors.")
  var workers: Int?
  @Option(
    help: "Kinds of workers, with commas between: \(WorkerKind.names.joined(separator: ", ")). Default: all there are.")
  var only: String?
  @Option(help: "Length of one life of a worker. Default: 30s, less in a short campaign.")
  var shift: TimeSpan?
  @Option(help: "Seed of the workers' seeds. Default: a new one each time, printed.")
  var seed: UInt64?
  @Option(help: "Folder of libFuzzer programs. Default: .build-fuzz/release, here or above this program.")
  var targets: String?
  @Option(help: "MiB that a worker may hold.")
  var workerMemory = 4096
  @OptionGroup var machine: MachineArguments
  @OptionGroup var live: LiveArguments
  @Flag(help: "Print the status at the end as one JSON object on standard output.")
  var json = false

  func validate() throws {
    if let workers, !(1...256).contains(workers) { throw ValidationError("--workers is 1 to 256") }
    guard (64...1 << 20).contains(workerMemory) else { throw ValidationError("--worker-memory is 64 to 1048576 MiB") }
  }

  func run() throws {
    StopRequest.listen()
    let terminal = Terminal()
    var screen = CampaignScreen(terminal: terminal)
    let place = CampaignFolder(folder)
    let code: CrossCheck.ExitCode
    do throws(CampaignError) {
      let (kinds, missing) = try kinds()
      let seed = seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
      var settings = settings(place, kinds, seed)
      try setMachine(&settings)
      let paint = CampaignScreen.paint(if: terminal.hasColour)
      // The screen is one thing, told to from two places of one thread.
      let lines = Announcements()
      let campaign = try Campaign(
        settings, kernel: KernelName.running, tool: Keywake.configuration.version, capabilities: capabilities()
      ) { lines.add(Self.text($0, place, paint)) }
      screen.announce(
        paint("keywake campaign", .bold) + ": \(folder), \(settings.workers) workers, kinds "
          + "\(kinds.map(\.name).joined(separator: ", ")), seed \(seed)")
      for line in missing { screen.announce(line) }
      let shouldStop = { StopRequest.isPending ? "stopped by a signal" : nil }
      try campaign.prepare(shouldStop: shouldStop)
      let limit = time.map { Double($0.seconds) }
      let start = Clock.now
      _ = try campaign.work(seconds: limit, shouldStop: shouldStop) { () throws(CampaignError) in
        for line in lines.take() { screen.announce(line) }
        do {
          try screen.update(limit.map { Int($0 - (Clock.now - start)) }) { try CampaignStatus(campaign.store, place) }
        } catch {
          throw error as? CampaignError ?? CampaignError("\(error)")
        }
      }
      for line in lines.take() { screen.announce(line) }
      screen.erase()
      code = try finish(campaign.store, place)
    } catch {
      screen.erase()
      throw CommandFailure(error)
    }
    if code != .agree { throw code }
  }

  /// The report, and the exit code.
  private func finish(_ store: CampaignStore, _ place: CampaignFolder) throws(CampaignError) -> CrossCheck.ExitCode {
    var status = try CampaignStatus(store, place)
    status.isWorking = false
    let report = try ReportFiles.write(status, page: place.reportPage, data: place.reportData)
    if json {
      Stream.output.line(ReportFiles.json(status))
    } else {
      for line in StatusText(status, width: 100).lines() { Stream.output.line(line) }
      Stream.output.line("report: \(report.page)")
    }
    let open = status.findings.filter { [.new, .confirmed, .flaky].contains($0.state) }
    if !open.isEmpty { return .finding }
    return status.executions == 0 ? .nothingExecuted : .agree
  }

  private func kinds() throws(CampaignError) -> (kinds: [WorkerKind], missing: [String]) {
    let names = only?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } ?? []
    return try WorkerKind.available(
      only: names, targets: targets ?? Self.standardTargets(), races: CorpusFolder.path("races"))
  }

  /// Beside the corpus: the folder that `./Fuzz/test` builds into.
  static func standardTargets() -> String? {
    [".build-fuzz/release", CorpusFolder.path("races").map { "\($0)/../../.build-fuzz/release" }].compactMap { $0 }
      .first { FileManager.default.fileExists(atPath: $0) }
  }

  private func settings(_ place: CampaignFolder, _ kinds: [WorkerKind], _ seed: UInt64) -> CampaignSettings {
    let tool = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "keywake"
    let beside = URL(fileURLWithPath: tool).deletingLastPathComponent().appendingPathComponent("keywake-agent").path
    let workers = workers ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
    let shift = shift?.seconds ?? CampaignSettings.shiftSeconds(in: time?.seconds, workers: workers, kinds: kinds.count)
    var settings = CampaignSettings(
      folder: place, tool: tool, liveArguments: live.words, agent: live.agent ?? beside,
      corpus: CorpusFolder.path("races").map { String($0.dropLast("/races".count)) }, kinds: kinds,
      workers: workers, shiftSeconds: shift, seed: seed)
    settings.memoryLimit = Int64(workerMemory) << 10
    settings.noises = noises()
    if let time { settings.minimiseSeconds = min(120, max(10, time.seconds / 2)) }
    return settings
  }

  private func probe() -> CapabilityReport {
    CapabilityReport.probe(
      tmpfsFolder: live.tmpfsFolder.map { .init($0) }, diskFolder: live.diskFolder.map { .init($0) })
  }

  /// What may go on beside races: nothing that concerns the whole host, unless that is allowed. Whether there can be a
  /// memory group shows only when one is made.
  private func noises() -> [String] {
    let report = probe()
    return Noise.allCases.filter {
      $0 != .memoryGroup && (live.systemWide || !$0.isSystemWide) && NoiseMakers.missing($0, report) == nil
    }.map(\.rawValue)
  }

  /// The version of the simulated kernel under test. Programs are those of DIR where the campaign has begun with some.
  private func setMachine(_ settings: inout CampaignSettings) throws(CampaignError) {
    do throws(CommandFailure) {
      var under = machine
      if under.program == nil, settings.folder.hasProgram { under.program = settings.folder.program }
      guard under.isNamed else { return }
      let version = try under.machine(limits: SearchLimits()).variant
      if machine.isNamed { settings.variant = Program.version(version) }
      settings.program = try machine.program.map { file throws(CommandFailure) in try ScenarioFiles.readBytes(file) }
    } catch {
      throw CampaignError(error.message, isUsage: true)
    }
  }

  /// What the host can do, for the record.
  private func capabilities() -> String? {
    let report = probe()
    let entries = report.entries.map { ($0.capability.name, $0.answer.reason ?? "yes") }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return (try? encoder.encode(Dictionary(entries) { first, _ in first })).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func text(
    _ event: CampaignEvent, _ place: CampaignFolder, _ paint: (String, StatusText.Style) -> String
  ) -> String {
    switch event {
    case .note(let text): text
    case .trouble(let text): "\(paint("trouble", .warn)) \(text)"
    case .triaged(let signature, let text): "\(paint("triage", .info)) \(signature): \(text)"
    case .found(let finding):
      "\(paint("found", .bad)) \(finding.signature) (\(finding.source))\n  promised \(finding.promised); seen "
        + "\(finding.seen)\n  \(place.finding(finding.signature))"
    }
  }
}

/// Lines that wait to be shown.
private final class Announcements {
  private var lines: [String] = []
  func add(_ line: String) { lines.append(line) }
  func take() -> [String] {
    defer { lines = [] }
    return lines
  }
}
