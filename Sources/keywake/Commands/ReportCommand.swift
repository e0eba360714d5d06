import ArgumentParser
import Campaign

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Writes a campaign's report: one HTML file that needs no other, and JSON.")

  @Argument(help: "The campaign's folder.")
  var folder: String
  @Option(help: "Where the page goes; the data goes beside it, with the ending .json. Default: DIR/report.html.")
  var output: String?

  func run() throws {
    let status = try CampaignReading.status(folder)
    let place = CampaignFolder(folder)
    let page = output ?? place.reportPage
    let data = output.map { ($0.hasSuffix(".html") ? String($0.dropLast(5)) : $0) + ".json" } ?? place.reportData
    try FileFailure.checkFolder(of: page, "--output")
    do throws(CampaignError) {
      try ReportFiles.write(status, page: page, data: data)
    } catch {
      throw CommandFailure.fault(error.description)
    }
    Stream.output.line("\(page)\n\(data)")
  }
}
