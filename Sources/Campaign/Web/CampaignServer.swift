import FlyingFox
import Foundation

/// The campaign's web page on loopback: read-only, nothing on it comes from elsewhere.
public struct CampaignServer: Sendable {
  let folder: CampaignFolder
  private let server: HTTPServer

  /// - Parameter port: 0 for any that is free.
  public init(_ folder: CampaignFolder, port: UInt16) throws(CampaignError) {
    self.folder = folder
    // A folder without a campaign is an error now, not with the first visitor.
    _ = try CampaignStore(reading: folder)
    do {
      server = HTTPServer(address: try .inet(ip4: "127.0.0.1", port: port), timeout: 15, logger: .disabled)
    } catch {
      throw CampaignError("--port: \(error)", isUsage: true)
    }
  }

  /// Serves until it is stopped.
  /// - Parameter ready: told the address.
  public func run(ready: @escaping @Sendable (String) -> Void) async throws(CampaignError) {
    let folder = folder
    await server.appendRoute("GET /") { _ in
      Self.answer(folder, "text/html; charset=utf-8") { CampaignPage($0, renewal: 30).text }
    }
    await server.appendRoute("GET /status.json") { _ in
      Self.answer(folder, "application/json") { ReportFiles.json($0) + "\n" }
    }
    await server.appendRoute("GET /metrics") { _ in
      Self.answer(folder, "text/plain; version=0.0.4; charset=utf-8") { Metrics($0).text }
    }
    await server.appendRoute("*") { request in
      let isReading = request.method == .GET || request.method == .HEAD
      return Self.response(
        isReading ? .notFound : .methodNotAllowed, "text/plain; charset=utf-8",
        isReading ? "There are /, /status.json and /metrics.\n" : "This page is for reading only.\n")
    }
    let server = server
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        group.addTask {
          try await server.waitUntilListening()
          if case .ip4(_, let port)? = await server.listeningAddress { ready("http://127.0.0.1:\(port)/") }
        }
        try await group.next()
        try await group.next()
        group.cancelAll()
      }
    } catch {
      throw CampaignError("cannot serve: \(error)", isUsage: true)
    }
  }

  public func stop() async { await server.stop(timeout: 1) }

  private static func answer(_ folder: CampaignFolder, _ type: String, _ body: (CampaignStatus) -> String)
    -> HTTPResponse
  {
    do throws(CampaignError) {
      return response(.ok, type, body(try CampaignStatus(CampaignStore(reading: folder), folder)))
    } catch {
      return response(.internalServerError, "text/plain; charset=utf-8", "\(error)\n")
    }
  }

  private static func response(_ status: HTTPStatusCode, _ type: String, _ body: String) -> HTTPResponse {
    HTTPResponse(
      statusCode: status,
      headers: [
        .contentType: type, HTTPHeader("Cache-Control"): "no-store",
        HTTPHeader("X-Content-Type-Options"): "nosniff",
        // Nothing but what stands in the page itself.
        HTTPHeader("Content-Security-Policy"): "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      ], body: Data(body.utf8))
  }
}
