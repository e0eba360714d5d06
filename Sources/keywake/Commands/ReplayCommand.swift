import ArgumentParser
import Contract
import CrossCheck
import Foundation
import LiveKernel
import Scenario

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Runs scenario files on this kernel and holds every result against the promise.",
    discussion: "Folders are searched for .kw files. Exit codes are those of `keywake`.")

  @Argument(help: "Scenario files, or folders of them.")
  var paths: [String]
  @OptionGroup var live: LiveArguments
  @Option(help: "Write the verdicts in JUnit's XML form to this file.")
  var junit: String?
  @Option(help: "Also print each disagreement and fault as a continuous-integration system's annotation: github.")
  var annotations: Annotation.Form?
  @Option(help: "Keep disagreements in this folder.")
  var findings: String?
  @Flag(help: "Print one JSON object instead of lines.")
  var json = false
  @Flag(help: "Print a line for each scenario, not only for those that neither agree nor are skipped.")
  var verbose = false

  func run() throws {
    let files = try ScenarioFiles.find(paths)
    let store = try findings.map { try storeOrFailure($0) }
    if let junit { try FileFailure.checkFolder(of: junit, "--junit") }
    // From the first change of the host on a signal ends the run in order.
    StopRequest.listen()
    let session = try LiveSession(live)
    defer { session.shutDown() }
    let terminal = Terminal()
    var progress = ProgressDisplay(terminal: terminal)
    var counts = VerdictCounts()
    var cases: [JUnitReport.Case] = []
    var lines: [ReplayLine] = []
    var unreadable = 0
    /// Known issues that this kernel should have and did not show.
    var gone: [String] = []
    let start = Clock.now
    for (index, file) in files.enumerated() where !StopRequest.isPending {
      let scenario: Scenario
      do throws(CommandFailure) {
        scenario = try ScenarioFiles.read(file)
      } catch {
        unreadable += 1
        progress.announce(error.message)
        if annotations != nil { Stream.output.line(Annotation(unreadable: error.message, file: file).text) }
        cases.append(JUnitReport.Case(name: file, classname: "unreadable", unreadable: error.message))
        continue
      }
      for kind in session.kinds {
        let began = Clock.now
        let (verdict, report) = session.judgeWithLog(scenario, kind)
        counts.add(verdict)
        let line = ReplayLine(file: file, waiters: kind.rawValue, verdict: verdict)
        lines.append(line)
        cases.append(
          JUnitReport.Case(name: file, classname: kind.rawValue, seconds: Clock.now - began, verdict: verdict))
        if !json, verbose || (verdict.kind != .agree && verdict.kind != .skipped) {
          progress.announce(line.text(terminal))
        }
        if annotations != nil, let annotation = Annotation(verdict, file: file, waiters: kind) {
          Stream.output.line(annotation.text)
        }
        if let issue = session.knownIssue(from: file), issue.isShown(by: kind), verdict.kind == .agree {
          gone.append("\(issue.name) (\(kind.rawValue))")
        }
        if case .disagree(let divergence) = verdict {
          let notes = OtherWords.notes(
            scenario, report, at: divergence.position, waiters: kind, kernel: session.kernel, judge: session.judge)
          if !json {
            let comparison = session.judge.comparison(scenario, report, waiters: kind)
            for row in Finding.table(comparison) + notes { progress.announce("    " + row) }
          }
          if let store {
            var finding = FindingMaker.finding(
              scenario, report, divergence, kind, kernel: session.kernel, judge: session.judge,
              origin: "keywake replay \(file)")
            finding.notes += notes
            session.complete(&finding)
            do {
              let folder = try store.record(finding)
              if !json {
                for step in finding.nextSteps(in: folder.string).dropFirst() { progress.announce("  " + step) }
              }
            } catch {
              throw CommandFailure.fault(error.withFinding(finding))
            }
          }
        }
        progress.update(elapsed: Clock.now - start) {
          "\(index + 1) of \(files.count) scenarios, \(counts.disagree) disagree"
        }
      }
    }
    progress.erase()
    session.shutDown()
    store?.leaveIfEmpty()
    if let junit { try writeJUnit(cases, seconds: Clock.now - start, to: junit) }
    if json {
      try JSONOutput.print(
        ReplaySummary(counts: CountsOutput(counts), unreadable: unreadable, noLongerReproduces: gone, scenarios: lines))
    } else {
      Stream.output.line(SummaryText.counts(counts, colour: Terminal.outputHasColour))
      for line in SummaryText.reasons(counts) { Stream.output.line(line) }
      for issue in gone { Stream.output.line("  known issue no longer reproduces: \(issue)") }
      if unreadable > 0 { Stream.output.line("\(unreadable) files could not be read") }
    }
    if unreadable > 0, counts.exitCode != .finding { throw CrossCheck.ExitCode.usage }
    if counts.exitCode != .agree { throw counts.exitCode }
  }

  private func storeOrFailure(_ folder: String) throws -> FindingStore {
    do { return try FindingStore(folder: .init(folder)) } catch { throw CommandFailure.usage("--findings: \(error)") }
  }

  private func writeJUnit(_ cases: [JUnitReport.Case], seconds: Double, to path: String) throws {
    do {
      try JUnitReport(cases: cases, seconds: seconds).xml().write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw CommandFailure.fault("cannot write \(path): \(FileFailure.reason(error))")
    }
  }
}

/// One scenario's verdict with one kind of waiters.
struct ReplayLine: Encodable {
  var file: String
  var waiters: String
  var verdict: String
  var detail: String?

  init(file: String, waiters: String, verdict: Verdict) {
    self.file = file
    self.waiters = waiters
    self.verdict = verdict.kind.rawValue
    switch verdict {
    case .agree: break
    case .known(let names): detail = names.joined(separator: ", ")
    case .disagree(let divergence):
      detail =
        "operation \(divergence.position + 1), rule \(divergence.rule): promised \(divergence.promised); seen "
        + divergence.seen
    case .undecided(let reason), .skipped(let reason), .harnessFault(let reason): detail = reason
    }
  }

  func text(_ terminal: Terminal) -> String {
    let colour: Terminal.Colour =
      switch verdict {
      case "agree": .green
      case "known": .cyan
      case "disagree", "harness-fault": .red
      default: .yellow
      }
    return "\(terminal.paint(verdict, colour)) \(file) (\(waiters))" + (detail.map { ": \($0)" } ?? "")
  }
}

private struct ReplaySummary: Encodable {
  var counts: CountsOutput
  var unreadable: Int
  var noLongerReproduces: [String]
  var scenarios: [ReplayLine]
}
