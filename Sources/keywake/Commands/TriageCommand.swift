import ArgumentParser
import Campaign
import Contract
import CrossCheck
import Foundation
import LiveKernel
import Scenario

struct TriageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "triage", abstract: "Sorts findings: how often they show, which are the same, which are known.",
    subcommands: [List.self, Again.self, Merge.self, Rerun.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists a campaign's findings with their states, rates and timelines.")

    @Argument(help: "The campaign's folder.")
    var folder: String
    @Flag(help: "Print one JSON array instead of lines.")
    var json = false

    func run() throws {
      let findings = try CampaignReading.status(folder).findings
      if json { return try JSONOutput.print(findings) }
      if findings.isEmpty { return Stream.output.line("no findings") }
      for finding in findings {
        Stream.output.line("\(finding.state.rawValue)  \(finding.signature)")
        Stream.output.line("  \(finding.occurrences) times, \(finding.rateText), kernel \(finding.kernel)")
        for event in finding.timeline {
          Stream.output.line("  \(Number.time(event.at))  \(event.state.rawValue): \(event.text)")
        }
        if let program = finding.program ?? finding.explained ?? finding.minimal {
          Stream.output.line("  \(folder)/\(program)")
        }
      }
    }
  }

  struct Again: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Has a campaign run its findings again when it next works: to see what is fixed.")

    @Argument(help: "The campaign's folder; no campaign may be at work there.")
    var folder: String
    @Option(help: "Only this signature.")
    var signature: String?

    func run() throws {
      do throws(CampaignError) {
        let count = try TriageRequest.make(CampaignFolder(folder), signature: signature)
        Stream.output.line("\(count) findings are run again by the next 'keywake campaign \(folder)'")
      } catch {
        throw CommandFailure(error)
      }
    }
  }

  struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Puts findings folders of several machines together: each signature once, with the rates of each release.",
      discussion: "A folder may be a findings folder or a campaign's. The same folder again changes nothing.")

    @Argument(help: "Findings folders.")
    var folders: [String]
    @Option(name: .shortAndLong, help: "The findings folder they go to; it is made if it is missing.")
    var output: String

    func run() throws {
      do throws(CampaignError) {
        let merged = try FindingsMerge.run(folders, into: output)
        Stream.output.line(
          "\(merged.read) findings read, \(merged.added) new, \(merged.joined) joined, \(merged.unchanged) as before; \(merged.total) in \(output)"
        )
      } catch {
        throw CommandFailure(error)
      }
    }
  }

  struct Rerun: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Runs a finding again, with fresh agents and both kinds of waiters, and says how often it shows.")

    @Argument(help: "The scenario of a finding.")
    var file: String
    @Option(help: "The finding's signature. Default: the first that a run shows.")
    var signature: String?
    @Option(help: "Fresh runs with each kind of waiters.")
    var runs = 10
    @OptionGroup var live: LiveArguments
    @Flag(help: "Print one JSON object instead of lines.")
    var json = false

    struct Output: Encodable {
      var kernel: String
      var signature: String?
      var knownIssue: String?
      var reproduction: [Finding.Reproduction]
      var skipped: String?
    }

    func validate() throws {
      guard (1...10_000).contains(runs) else { throw ValidationError("--runs is 1 to 10000") }
    }

    func run() throws {
      let scenario = try ScenarioFiles.read(file)
      StopRequest.listen()
      let session = try LiveSession(live)
      defer { session.shutDown() }
      var output = Output(kernel: session.kernelName, signature: signature, reproduction: [])
      for kind in session.kinds {
        var again = Finding.Reproduction(waiters: kind.rawValue, attempts: 0, reproduced: 0, others: 0)
        for _ in 0..<runs where !StopRequest.isPending {
          session.kernel.renew()
          let (verdict, _) = session.judgeWithLog(scenario, kind)
          switch verdict {
          case .skipped(let reason):
            output.skipped = reason
            continue
          case .disagree(let divergence):
            let shown = divergence.signature(of: session.kernel.answerer)
            if output.signature == nil { output.signature = shown }
            if shown == output.signature { again.reproduced += 1 } else { again.others += 1 }
          case .known(let names): output.knownIssue = names.first
          case .agree, .undecided, .harnessFault: break
          }
          again.attempts += 1
        }
        if again.attempts > 0 { output.reproduction.append(again) }
      }
      session.shutDown()
      if json {
        try JSONOutput.print(output)
      } else {
        Stream.output.line(output.signature ?? "no finding")
        for again in output.reproduction {
          Stream.output.line(
            "  \(again.reproduced) of \(again.attempts) fresh runs with \(again.waiters) waiters"
              + (again.others > 0 ? ", \(again.others) with another signature" : ""))
        }
        if let issue = output.knownIssue { Stream.output.line("  known issue \(issue)") }
        if let reason = output.skipped { Stream.output.line("  skipped: \(reason)") }
      }
      if output.reproduction.isEmpty { throw CrossCheck.ExitCode.nothingExecuted }
      if output.reproduction.contains(where: { $0.reproduced > 0 }) { throw CrossCheck.ExitCode.finding }
    }
  }
}
