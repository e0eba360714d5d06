import ArgumentParser
import Contract
import CrossCheck
import Foundation
import Scenario

struct CorpusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "corpus", abstract: "Works on scenario files without running them.",
    subcommands: [Check.self, Pack.self, Unpack.self, CorpusMerge.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Checks that each file is a valid scenario, survives both forms, and that the Contract holds what it states.")

    @Argument(help: "Scenario files, or folders of them.")
    var paths: [String]
    @Option(help: "The kernel release whose promise is held against what is stated. Default: the newest.")
    var release = KernelRelease.newest

    func run() throws {
      let files = try ScenarioFiles.find(paths)
      var unreadable = 0
      var broken = 0
      var statements = 0
      for file in files {
        do throws(CommandFailure) {
          let scenario = try ScenarioFiles.read(file)
          statements += scenario.operations.filter { $0.stated != nil }.count
          for problem in CorpusCheck.problems(scenario, release: release) {
            broken += 1
            Stream.output.line("\(file): \(problem)")
          }
        } catch {
          unreadable += 1
          Stream.error.line(error.message)
        }
      }
      Stream.output.line(
        "\(files.count) files, \(statements) stated results: \(unreadable) unreadable, \(broken) problems")
      if unreadable > 0 { throw CrossCheck.ExitCode.usage }
      if broken > 0 { throw CrossCheck.ExitCode.finding }
    }
  }

  struct Pack: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes scenarios in byte form, as a seed corpus of a libFuzzer target, one file each.")

    @Argument(help: "Scenario files, or folders of them.")
    var paths: [String]
    @Option(name: .shortAndLong, help: "Folder for the byte files; it is made if it is missing.")
    var output: String
    @Flag(help: "Copy the text instead of the bytes, for targets that read text.")
    var text = false

    func run() throws {
      try Corpus.makeFolder(output)
      let files = try ScenarioFiles.find(paths)
      for file in files {
        let scenario = try ScenarioFiles.read(file)
        let bytes = text ? Array(ScenarioPrinter.print(scenario).utf8) : ScenarioEncoder.encode(scenario)
        try Corpus.write(bytes, to: "\(output)/\(Corpus.flatName(file))")
      }
      Stream.output.line("\(files.count) scenarios in \(output)")
    }
  }

  struct Unpack: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes files in byte form as text: each byte string is a scenario.")

    @Argument(help: "Files in byte form.")
    var files: [String]
    @Option(name: .shortAndLong, help: "Folder for the text files. Default: print them.")
    var output: String?

    func run() throws {
      if let output { try Corpus.makeFolder(output) }
      for file in files {
        let text = ScenarioPrinter.print(ScenarioDecoder.decode(try ScenarioFiles.readBytes(file)))
        if let output {
          try Corpus.write(Array(text.utf8), to: "\(output)/\(Corpus.flatName(file)).kw")
        } else {
          Stream.output.write(text)
        }
      }
    }
  }
}

/// Files of a corpus folder.
enum Corpus {
  static func makeFolder(_ path: String) throws(CommandFailure) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw .usage("cannot create the folder \(path): \(FileFailure.reason(error))")
    }
  }

  static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw .fault("cannot write \(path): \(FileFailure.reason(error))")
    }
  }

  /// `Corpus/wake/order.kw` as `wake-order`.
  static func flatName(_ path: String) -> String {
    let name = path.hasSuffix(".kw") ? String(path.dropLast(3)) : path
    return name.split(separator: "/").filter { $0 != "." && $0 != ".." }.suffix(2).joined(separator: "-")
  }
}
