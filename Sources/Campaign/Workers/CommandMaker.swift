import CrossCheck
import Foundation

/// The commands of workers and of triage.
struct CommandMaker: Sendable {
  let settings: CampaignSettings
  /// A worker that is still there so long after its time hangs.
  static let patience = 90.0

  private var folder: CampaignFolder { settings.folder }

  /// One shift of a kind of worker.
  /// - Parameter number: the shift's; its folder is there.
  func shift(_ kind: WorkerKind, number: Int64, seed: UInt64, seconds: Int) -> Command {
    let place = folder.shift(number)
    let limit = Double(seconds) + Self.patience
    switch kind.form {
    case .generator:
      return tool(
        [
          "fuzz", "--json", "--time", "\(seconds)s", "--seed", "\(seed)", "--profile",
          seed % 2 == 0 ? "live" : "live-basic",
          "--findings", "\(place)/findings", "--corpus", folder.corpus(kind.name),
        ] + settings.liveArguments, limit: limit)
    case .machineRaces:
      return tool(
        [
          "fuzz", "--races", "--json", "--time", "\(seconds)s", "--seed", "\(seed)", "--findings", "\(place)/findings",
          "--corpus", folder.corpus(kind.name),
        ] + machine(settings.variant), limit: limit)
    case .liveRaces:
      // A race at a time, and both kinds of waiters one after the other.
      let each = max(1, seconds / 10)
      return tool(
        ["litmus"] + races(seed, count: max(1, seconds / (2 * each)))
          + ["--json", "--time", "\(each)s", "--seed", "\(seed)", "--findings", "\(place)/findings"]
          + noise(seed) + settings.liveArguments, limit: limit)
    case .stress:
      return stress(seconds: seconds, seed: seed, findings: "\(place)/findings", limit: limit)
    case .target(let program):
      return target(program, kind, place, seed, seconds, limit)
    }
  }

  /// Every other shift is quiet; the others have one of the noises each, or all.
  private func noise(_ seed: UInt64) -> [String] {
    let all = settings.noises
    guard !all.isEmpty, seed % 2 == 1 else { return [] }
    let choices = all + (all.count > 1 ? [all.joined(separator: ",")] : [])
    return ["--noise", choices[Int(seed / 2 % UInt64(choices.count))]]
  }

  /// Files of the corpus' races, in turn from the one that the seed names.
  private func races(_ seed: UInt64, count: Int) -> [String] {
    let files = settings.corpus.map { corpus in
      CampaignFolder.names("\(corpus)/races").filter { $0.hasSuffix(".kw") }.map { "\(corpus)/races/\($0)" }
    }
    guard let files, !files.isEmpty else { return ["Corpus/races"] }
    return (0..<min(count, files.count)).map { files[(Int(seed % UInt64(files.count)) + $0) % files.count] }
  }

  private func stress(seconds: Int, seed: UInt64, findings: String, limit: Double) -> Command {
    // Its waiters are requests of rings, and nothing of it concerns the whole host.
    let options = ["--tmpfs-folder", "--disk-folder", "--agent", "--kernel-log"]
    let words = settings.liveArguments
    let common = words.indices.filter { $0 + 1 < words.count && options.contains(words[$0]) }
      .flatMap { [words[$0], words[$0 + 1]] }
    return tool(
      ["stress", "--json", "--time", "\(seconds)s", "--seed", "\(seed)", "--findings", findings] + common, limit: limit)
  }

  private func target(
    _ program: String, _ kind: WorkerKind, _ place: String, _ seed: UInt64, _ seconds: Int, _ limit: Double
  ) -> Command {
    var arguments = TargetFiles.flags(of: kind.name)
    if let dictionary = TargetFiles.dictionary(of: kind.name) { arguments.append("-dict=\(dictionary)") }
    arguments += [
      "-max_total_time=\(seconds)", "-artifact_prefix=\(place)/artifacts/", "-print_final_stats=1",
      // libFuzzer's seed is 32 bits wide, and 0 asks for a random one.
      "-seed=\(seed % 0xFFFF_FFFF + 1)", folder.corpus(kind.name), folder.seeds(kind.name),
    ]
    return Command(
      program: program, arguments: arguments, environment: targetEnvironment(findings: "\(place)/findings"),
      limit: limit)
  }

  /// One run of a target on one input.
  func target(_ program: String, on input: String) -> Command {
    Command(program: program, arguments: [input], environment: targetEnvironment(findings: nil), limit: 120)
  }

  /// Wherever the campaign was started, targets find the agent and the races that the tool itself would use.
  private func targetEnvironment(findings: String?) -> [String: String] {
    var environment = ["SWIFT_BACKTRACE": "enable=no"]
    environment["KEYWAKE_FINDINGS"] = findings
    environment["KEYWAKE_AGENT"] = settings.agent
    environment["KEYWAKE_LITMUS"] = settings.corpus.map { "\($0)/litmus" }
    return environment
  }

  func pack(into target: String) -> Command? {
    settings.corpus.map { tool(["corpus", "pack", $0, "--output", folder.seeds(target)], limit: 60) }
  }

  /// Runs a live finding again with fresh agents and both kinds of waiters.
  func rerun(_ finding: FindingRow) -> Command {
    tool(
      [
        "triage", "rerun", scenario(finding), "--signature", finding.signature, "--runs", "\(settings.rerunCount)",
        "--json",
      ] + settings.liveArguments, limit: 300)
  }

  /// How the lanes of a finding in a race were laid out, and what went on beside them.
  private func race(_ finding: FindingRow) -> [String] {
    let path = "\(folder.finding(finding.signature))/\(FindingStore.recordName)"
    guard let data = FileManager.default.contents(atPath: path),
      let race = (try? JSONDecoder().decode(Finding.self, from: data))?.race
    else { return [] }
    return ["--jitter", "\(race.jitter)"] + (race.noise.map { ["--noise", $0] } ?? [])
  }

  /// - Parameter number: the shift's, below whose folder goes what is found besides.
  func rerunRace(_ finding: FindingRow, seed: UInt64, number: Int64) -> Command {
    // With each kind of waiters; a short campaign has less of it.
    let seconds = max(2, min(15, settings.minimiseSeconds / 4))
    return tool(
      [
        "litmus", scenario(finding), "--json", "--only-count", "--time", "\(seconds)s", "--seed", "\(seed)",
        "--findings", "\(folder.shift(number))/findings",
      ] + race(finding) + settings.liveArguments, limit: 300)
  }

  func rerunStress(seed: UInt64, number: Int64) -> Command {
    stress(seconds: 20, seed: seed, findings: "\(folder.shift(number))/findings", limit: 120)
  }

  func explore(_ finding: FindingRow) -> Command {
    tool(["explore", scenario(finding), "--json"] + machine(finding.variant), limit: 300)
  }

  /// A version of the simulated kernel, with the programs of the campaign's user.
  private func machine(_ variant: String?) -> [String] {
    (variant.map { ["--variant", $0] } ?? []) + (folder.hasProgram ? ["--program", folder.program] : [])
  }

  func minimise(_ finding: FindingRow) -> Command {
    let how =
      finding.isOnMachine
      ? ["--resume", "--json"] + machine(finding.variant)
      : ["--confirmations", "\(settings.rerunCount)", "--resume", "--json"] + race(finding) + settings.liveArguments
    return tool(
      [
        "minimize", scenario(finding), "--signature", finding.signature, "--output", folder.minimal(finding.signature),
        "--time", "\(settings.minimiseSeconds)s",
      ] + how, limit: Double(settings.minimiseSeconds) + Self.patience)
  }

  func explain(_ finding: FindingRow) -> Command {
    tool(
      [
        "explain", folder.minimal(finding.signature), "--html", folder.explainedPage(finding.signature), "--text",
        folder.explainedText(finding.signature),
      ] + machine(finding.variant), limit: 300)
  }

  func export(_ finding: FindingRow) -> Command {
    tool(
      ["export", folder.minimal(finding.signature), "--as", "c", "--output", folder.program(finding.signature)],
      limit: 60)
  }

  private func scenario(_ finding: FindingRow) -> String { "\(folder.finding(finding.signature))/scenario.kw" }

  func tool(_ arguments: [String], limit: Double) -> Command {
    Command(
      program: settings.tool, arguments: arguments,
      // Swift's own backtracer would take the signals.
      environment: ["SWIFT_BACKTRACE": "enable=no", "TERM": "dumb", CrashReport.variable: "1"],
      limit: limit)
  }
}
