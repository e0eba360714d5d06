import ArgumentParser
import Campaign

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "What a campaign has come to, while it works or after it.")

  @Argument(help: "The campaign's folder.")
  var folder: String
  @Flag(help: "Print one JSON object instead of lines.")
  var json = false

  func run() throws {
    let status = try CampaignReading.status(folder)
    if json { return Stream.output.line(ReportFiles.json(status)) }
    let colour = Terminal.outputHasColour
    let paint: (String, StatusText.Style) -> String = { text, style in
      let code =
        switch style {
        case .bold: "1"
        case .dim: "2"
        case .good: "32"
        case .bad: "31"
        case .warn: "33"
        case .info: "36"
        }
      return colour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
    for line in StatusText(status, width: 100, paint: paint).lines() { Stream.output.line(line) }
  }
}

/// Reads a campaign for the commands that only look.
enum CampaignReading {
  static func status(_ folder: String) throws(CommandFailure) -> CampaignStatus {
    let place = CampaignFolder(folder)
    do throws(CampaignError) {
      return try CampaignStatus(CampaignStore(reading: place), place)
    } catch {
      throw error.isUsage ? .usage(error.description) : .fault(error.description)
    }
  }
}
