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
    let paint = CampaignScreen.paint(if: Terminal.outputHasColour)
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
      throw CommandFailure(error)
    }
  }
}
