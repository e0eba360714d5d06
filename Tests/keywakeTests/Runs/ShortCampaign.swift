import Foundation
import Testing

@testable import Campaign

/// A campaign of races on the simulated kernel, as long as it takes to have something to show.
enum ShortCampaign {
  /// Runs one in the folder `name`, until it has executed races and its rate can be drawn, and stops it.
  static func run(_ folder: TestFolder, _ name: String) throws -> Tool.Ended {
    let campaign = try Tool(
      [
        "campaign", folder.path(name), "--only", "machine-races", "--workers", "1", "--shift", "1s", "--time", "10m",
        "--seed", "1",
      ], in: folder)
    // A time that suffices on one machine is too short on another.
    while campaign.isRunning {
      let status = try? JSONDecoder().decode(
        CampaignStatus.self, from: Data(Tool.run(["status", folder.path(name), "--json"], in: folder).output.utf8))
      if let status, status.executions > 0 {
        _ = try Tool.run(["report", folder.path(name), "--output", folder.path("look.html")], in: folder)
        if folder.text("look.html").contains("<path class=\"line\"") { break }
      }
      usleep(100_000)
    }
    return campaign.end(SIGINT)
  }
}
