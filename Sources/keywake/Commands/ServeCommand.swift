import ArgumentParser
import Campaign
import Foundation

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "A web page of a campaign, on this machine's loopback address alone; to be read, not to be changed by.",
    discussion: "Besides the page there are /status.json and, for Prometheus, /metrics.")

  @Argument(help: "The campaign's folder.")
  var folder: String
  @Option(help: "The port; 0 for any that is free.")
  var port: UInt16 = 8077

  func run() async throws {
    StopRequest.listen()
    do throws(CampaignError) {
      let server = try CampaignServer(CampaignFolder(folder), port: port)
      let watch = Task {
        while !StopRequest.isPending, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(100)) }
        if StopRequest.isPending { Foundation.exit(0) }
      }
      defer { watch.cancel() }
      try await server.run { Stream.error.line("serving \(folder) at \($0)") }
    } catch {
      throw CommandFailure(error)
    }
  }
}
