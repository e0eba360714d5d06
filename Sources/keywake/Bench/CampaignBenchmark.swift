import Campaign
import CrossCheck
import Foundation

/// Executions a second of the fuzz targets beside those of one that does nothing, and what a short campaign spends its
/// time on.
struct CampaignBenchmark: Encodable {
  struct Row: Encodable {
    var name: String
    /// Executions a second, median of the rounds.
    var rate: Double
    /// Beside the empty target in the same round, median.
    var ratio: Double
    var wanted: Double?
  }
  var rows: [Row] = []
  /// Targets that are not built.
  var missing: [String] = []
  var costs: CampaignCosts?

  /// A scenario of 20 operations on the Contract and on the Machine: at least so much of the empty target's rate.
  static let wanted = 1.0 / 40
  /// At most so much of a campaign's time in the store.
  static let wantedStore = 0.02

  private struct Program {
    var name: String
    var file: String
    var environment: [String: String] = [:]
    var seeds = false
    var wanted: Double?
  }

  /// - Parameters:
  ///   - targets: the folder of libFuzzer programs.
  ///   - work: a folder that is ours.
  mutating func measureTargets(_ targets: String, seconds: Int, rounds: Int, work: String, tell: (String) -> Void)
    throws(CommandFailure)
  {
    let empty = "\(targets)/Empty"
    guard access(empty, X_OK) == 0 else {
      throw .usage(
        "no empty target in \(targets): ./Fuzz/targets builds it")
    }
    let corpus = CorpusFolder.path("races").map { String($0.dropLast("/races".count)) }
    var programs = [
      Program(name: "empty", file: empty),
      Program(name: "20 operations, Contract", file: empty, environment: ["KEYWAKE_EMPTY": "contract"]),
      Program(name: "20 operations, Machine", file: empty, environment: ["KEYWAKE_EMPTY": "machine"]),
      Program(name: "20 operations, both", file: empty, environment: ["KEYWAKE_EMPTY": "both"], wanted: Self.wanted),
    ]
    for name in WorkerKind.targetNames {
      guard access("\(targets)/\(name)", X_OK) == 0 else {
        missing.append(name)
        continue
      }
      var program = Program(name: name, file: "\(targets)/\(name)", seeds: name != "MachineRaces")
      program.environment["KEYWAKE_LITMUS"] = corpus.map { "\($0)/litmus" }
      program.environment["KEYWAKE_FINDINGS"] = "\(work)/findings"
      program.environment["KEYWAKE_AGENT"] = Self.agent
      programs.append(program)
    }
    let seeds = "\(work)/seeds"
    if let corpus {
      let pack = try Self.run(Self.tool, ["corpus", "pack", corpus, "--output", seeds], [:])
      guard pack.code == 0 else { throw .fault("corpus pack: exit code \(pack.code)\n\(pack.log)") }
    }
    var rates: [[Double]] = programs.map { _ in [] }
    // In turn, so that all meet the same noise.
    for round in 1...rounds {
      for (index, program) in programs.enumerated() where !StopRequest.isPending {
        tell("round \(round) of \(rounds): \(program.name)")
        let corpus = "\(work)/corpus-\(round)-\(index)"
        do { try FileManager.default.createDirectory(atPath: corpus, withIntermediateDirectories: true) } catch {
          throw .fault("cannot make \(corpus): \(error)")
        }
        var arguments = ["-max_total_time=\(seconds)", "-print_final_stats=1", "-artifact_prefix=\(work)/", corpus]
        if program.seeds, FileManager.default.fileExists(atPath: seeds) { arguments.append(seeds) }
        let start = Clock.now
        let (code, log) = try Self.run(program.file, arguments, program.environment)
        let spent = Clock.now - start
        // One that crashes counts what it did before, too.
        let said = LibFuzzerLog(log)
        guard (code == 0 && said.executions > 0) || StopRequest.isPending else {
          throw .fault("\(program.name): exit code \(code): \(said.complaint ?? "it does not say why")")
        }
        rates[index].append(Double(said.executions) / spent)
      }
    }
    guard !StopRequest.isPending else { return }
    rows = zip(programs, rates).map { program, rates in
      Row(
        name: program.name, rate: Self.median(rates),
        ratio: Self.median(zip(rates, rates.indices).map { $0 / emptyRate($1) }),
        wanted: program.wanted)
    }
    func emptyRate(_ round: Int) -> Double { rates[0][round] }
  }

  /// A campaign of its own in `work`.
  mutating func measureCampaign(seconds: Int, shift: Int, arguments: [String], work: String) throws(CommandFailure) {
    let folder = "\(work)/campaign"
    let (code, log) = try Self.run(
      Self.tool, ["campaign", folder, "--time", "\(seconds)s", "--shift", "\(shift)s", "--json"] + arguments, [:])
    guard code == 0 || code == 1 else {
      throw .fault("the campaign ended with \(code): \(log.split(separator: "\n").last ?? "it said nothing")")
    }
    do throws(CampaignError) {
      costs = try CampaignCosts(CampaignStore(reading: CampaignFolder(folder)), shiftSeconds: shift)
    } catch {
      throw CommandFailure(error)
    }
  }

  private static var tool: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "keywake"
  }

  private static var agent: String {
    URL(fileURLWithPath: tool).deletingLastPathComponent().appending(path: "keywake-agent").path
  }

  private static func median(_ numbers: [Double]) -> Double { numbers.sorted()[numbers.count / 2] }

  /// How a program ended, and what it wrote, both ways.
  private static func run(_ program: String, _ arguments: [String], _ environment: [String: String])
    throws(CommandFailure) -> (code: Int32, log: String)
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    do { try process.run() } catch { throw .fault("cannot start \(program): \(error)") }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
