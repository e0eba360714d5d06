import ArgumentParser
import CrossCheck
import LiveKernel

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Says what this host can do for Keywake, and for the rest the reason and the fix.")

  @Flag(help: "Print JSON.")
  var json = false
  @Flag(help: "Undo what earlier runs left changed on this host, and nothing else.")
  var undo = false

  func run() throws {
    if undo {
      let report = HostJournal.recover()
      if json { try JSONOutput.print(report) } else { Stream.output.line(report.text) }
      if !report.failures.isEmpty || !report.unreadable.isEmpty { throw CrossCheck.ExitCode.harnessFault }
      return
    }
    let report = CapabilityReport.probe()
    if json {
      try JSONOutput.print(report)
    } else {
      Stream.output.line(report.table(color: Terminal.outputHasColour))
    }
  }
}
