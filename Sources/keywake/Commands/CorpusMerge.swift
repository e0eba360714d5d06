import ArgumentParser
import Campaign
import CrossCheck
import Foundation
import Scenario

/// `keywake corpus merge`: the smallest set of inputs with the same coverage, as libFuzzer's own merge finds it.
struct CorpusMerge: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Keeps the smallest set of inputs with the same coverage, for a libFuzzer target.",
    discussion: """
      Inputs are folders of a libFuzzer corpus, output folders of AFL++ (their queues are read), campaigns' folders, and \
      .kw files or folders of them. The output is a folder of byte files, which libFuzzer and AFL++ (-i) start from; \
      what is in it already is kept where nothing smaller does the same.
      """)

  @Argument(help: "Where the inputs are.")
  var inputs: [String]
  @Option(name: .shortAndLong, help: "The corpus folder that grows; it is made if it is missing.")
  var output: String
  @Option(help: "The target: \(WorkerKind.targetNames.joined(separator: ", ")).")
  var target = "ContractVsLive"
  @Option(help: "Folder of libFuzzer programs. Default: .build-fuzz/release, here or above this program.")
  var targets: String?
  @Flag(help: "Print one JSON object instead of a line.")
  var json = false

  struct Summary: Encodable {
    var read: Int
    var kept: Int
    var added: Int
    var coverage: Int?
  }

  func run() throws {
    guard let folder = targets ?? CampaignCommand.standardTargets(),
      FileManager.default.isExecutableFile(atPath: "\(folder)/\(target)")
    else {
      throw CommandFailure.usage(
        "there is no libFuzzer program \(target)\(targets.map { " in \($0)" } ?? ""); build it with: swift build -c release "
          + "--traits Fuzzing --sanitize=fuzzer --product \(target) --scratch-path .build-fuzz")
    }
    try Corpus.makeFolder(output)
    let staging = FileManager.default.temporaryDirectory.appendingPathComponent("keywake-merge-\(UUID().uuidString)")
      .path
    try Corpus.makeFolder(staging)
    defer { try? FileManager.default.removeItem(atPath: staging) }
    var count = 0
    for input in inputs {
      for bytes in try Self.read(input, for: target) {
        count += 1
        try Corpus.write(bytes, to: "\(staging)/\(count)")
      }
    }
    if count == 0 {
      throw CommandFailure(message: "no inputs in \(inputs.joined(separator: ", "))", code: .nothingExecuted)
    }
    let before = try FileManager.default.contentsOfDirectory(atPath: output).count
    let log = try merge("\(folder)/\(target)", staging)
    let after = try FileManager.default.contentsOfDirectory(atPath: output).count
    let summary = Summary(read: count, kept: after, added: after - before, coverage: Self.coverage(log))
    if json { return try JSONOutput.print(summary) }
    Stream.output.line(
      "\(count) inputs read, \(summary.added) added: \(after) in \(output)"
        + (summary.coverage.map { ", \($0) counters" } ?? ""))
  }

  /// The target's own merge: libFuzzer goes over the inputs from the smallest up and keeps what reaches something new.
  private func merge(_ program: String, _ staging: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["-merge=1", "-timeout=60", "-rss_limit_mb=4096", output, staging]
    let agent = URL(
      fileURLWithPath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    )
    .deletingLastPathComponent().appendingPathComponent("keywake-agent").path
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["SWIFT_BACKTRACE": "enable=no", "KEYWAKE_AGENT": agent]) { own, _ in own }
    let log = staging + ".log"
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    defer { try? FileManager.default.removeItem(atPath: log) }
    let handle = FileHandle(forWritingAtPath: log)
    process.standardError = handle ?? FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw CommandFailure.fault(
        "\(target) did not merge: \(text.split(separator: "\n").suffix(3).joined(separator: " | "))")
    }
    return text
  }

  private static func coverage(_ log: String) -> Int? {
    // MERGE-OUTER: 12 new files with 345 new features added; 67 new coverage edges
    log.split(separator: "\n").last { $0.contains("new coverage edges") }
      .flatMap { $0.split(separator: ";").last?.split(separator: " ").first }.flatMap { Int($0) }
  }

  /// The inputs of a place, as bytes that the target takes.
  private static func read(_ path: String, for target: String) throws -> [[UInt8]] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CommandFailure.usage("\(path): no such file or folder")
    }
    let files = isFolder.boolValue ? try self.files(in: path, target) : [path]
    return try files.map { file in
      guard file.hasSuffix(".kw") else { return try ScenarioFiles.readBytes(file) }
      let bytes = ScenarioEncoder.encode(try ScenarioFiles.read(file))
      // ScenarioForms reads bytes behind an odd first one.
      return target == "ScenarioForms" ? [1] + bytes : bytes
    }
  }

  private static func files(in folder: String, _ target: String) throws -> [String] {
    let campaign = CampaignFolder(folder)
    let folder = campaign.exists ? campaign.corpus(target) : folder
    let files = FileManager.default
    let names = try files.contentsOfDirectory(atPath: folder).sorted()
    // AFL++: OUT/queue, or OUT/FUZZER/queue for each fuzzer of several.
    let queues = names.compactMap { name -> String? in
      let path = name == "queue" ? "\(folder)/queue" : "\(folder)/\(name)/queue"
      var isFolder: ObjCBool = false
      return files.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue ? path : nil
    }
    if !queues.isEmpty {
      return try queues.flatMap { queue in
        try files.contentsOfDirectory(atPath: queue).filter { $0.hasPrefix("id:") || $0.hasPrefix("id_") }.sorted()
          .map { "\(queue)/\($0)" }
      }
    }
    if let below = files.enumerator(atPath: folder) {
      let texts = below.compactMap { $0 as? String }.filter { $0.hasSuffix(".kw") }.sorted().map { "\(folder)/\($0)" }
      if !texts.isEmpty { return texts }
    }
    return names.filter { !$0.hasPrefix(".") }.map { "\(folder)/\($0)" }.filter { path in
      var isFolder: ObjCBool = false
      return files.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }
  }
}
