import ArgumentParser
import CKeywakeHost
import Campaign
import CrossCheck
import Glibc

@main
struct Keywake: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keywake",
    abstract: "Tests the keys of shared futexes: random scenarios, held against the promise, on the real kernel.",
    discussion: """
      Exit codes: 0 all agree, 1 a finding, 2 usage or unreadable input, 3 a fault of Keywake's own, 4 nothing was \
      executed.
      """,
    version: "0.1.0",
    subcommands: [
      FuzzCommand.self, ReplayCommand.self, ShowCommand.self, GenerateCommand.self, CorpusCommand.self,
      DoctorCommand.self, ExploreCommand.self, ExplainCommand.self, VariantsCommand.self, MutantsCommand.self,
      LitmusCommand.self, StressCommand.self, BenchCommand.self, MinimizeCommand.self, ExportCommand.self,
      ImportCommand.self, CampaignCommand.self, StatusCommand.self, TriageCommand.self, ReportCommand.self,
      ServeCommand.self,
    ])

  /// Usage errors leave with the documented code, whatever the parser's own convention is.
  static func main() async {
    // A campaign tells crashes of its workers apart by their stacks. Without them it still knows that they crashed.
    if getenv(CrashReport.variable) != nil { _ = kwh_report_crashes() }
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let code as CrossCheck.ExitCode {
      Glibc.exit(code.rawValue)
    } catch let failure as CommandFailure {
      Stream.error.line("keywake: \(failure.message)")
      Glibc.exit(failure.code.rawValue)
    } catch {
      let parserCode = exitCode(for: error)
      let message = fullMessage(for: error)
      if parserCode.isSuccess {
        if !message.isEmpty { Stream.output.line(message) }
        Glibc.exit(0)
      }
      Stream.error.line(message)
      Glibc.exit(CrossCheck.ExitCode.usage.rawValue)
    }
  }
}

/// An error that ends a command with a message and one of the documented exit codes.
struct CommandFailure: Error {
  var message: String
  var code: CrossCheck.ExitCode

  static func usage(_ message: String) -> CommandFailure { CommandFailure(message: message, code: .usage) }
  static func fault(_ message: String) -> CommandFailure { CommandFailure(message: message, code: .harnessFault) }
}

extension CommandFailure {
  init(_ error: CampaignError) {
    self = error.isUsage ? .usage(error.description) : .fault(error.description)
  }
}

extension CrossCheck.ExitCode: Error {}
