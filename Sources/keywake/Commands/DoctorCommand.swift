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

  @Option(help: "A folder on tmpfs to look at. Default: /dev/shm, /run or /tmp.")
  var tmpfsFolder: String?
  @Option(help: "A folder on a disk to look at. Default: /var/tmp, /tmp or this folder.")
  var diskFolder: String?

  func run() throws {
    if undo {
      let report = HostJournal.recover()
      if json { try JSONOutput.print(report) } else { Stream.output.line(report.text) }
      if !report.failures.isEmpty || !report.unreadable.isEmpty { throw CrossCheck.ExitCode.harnessFault }
      return
    }
    let report = CapabilityReport.probe(
      tmpfsFolder: tmpfsFolder.map { .init($0) }, diskFolder: diskFolder.map { .init($0) })
    if json {
      try JSONOutput.print(report)
    } else {
      Stream.output.line(report.table(color: Terminal.outputHasColour))
    }
  }
}
