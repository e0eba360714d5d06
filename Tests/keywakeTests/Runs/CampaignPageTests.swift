import Foundation
import Testing

/// `keywake serve`, looked at with a browser as its readers do.
@Suite(.serialized) struct CampaignPageTests {
  private static let browser = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  private func campaign(_ folder: TestFolder) throws {
    let ended = try ShortCampaign.run(folder, "c")
    #expect(ended.code == 0, "\(ended.all)")
  }

  private func address(_ server: Tool) throws -> String {
    #expect(server.waits(for: "http://127.0.0.1:"), "\(server.errors)")
    #expect(server.waits(for: "/\n"))
    let words = server.errors.split(whereSeparator: { $0 == " " || $0 == "\n" })
    return String(try #require(words.first { $0.hasPrefix("http://127.0.0.1:") }))
  }

  @Test func answersReadersAlone() throws {
    let folder = try TestFolder()
    try campaign(folder)
    let server = try Tool(["serve", folder.path("c"), "--port", "0"], in: folder)
    let address = try address(server)
    func fetch(_ arguments: [String]) throws -> String {
      try Tool.run(["-s", "-S", "-i", "--max-time", "60"] + arguments, program: "curl", in: folder).all
    }
    let page = try fetch([address])
    #expect(page.hasPrefix("HTTP/1.1 200 OK"))
    #expect(page.contains("Content-Security-Policy: default-src 'none'"))
    #expect(page.contains("<svg"))
    #expect(try fetch([address + "metrics"]).contains("\nkeywake_executions_total{kind=\"machine-races\"} "))
    #expect(try fetch([address + "status.json"]).contains("\"isWorking\" : false"))
    #expect(try fetch([address + "x"]).hasPrefix("HTTP/1.1 404"))
    #expect(try fetch(["-X", "POST", address]).hasPrefix("HTTP/1.1 405"))
    #expect(server.end(SIGTERM).code == 0)
    #expect(try Tool.run(["serve", folder.path("none")], in: folder).code == 2)
  }

  @Test(
    .enabled(if: browser != nil, "there is no browser: install Debian's chromium"),
    arguments: [(1280, 900), (390, 844)])
  func aBrowserShowsIt(_ width: Int, _ height: Int) throws {
    let folder = try TestFolder()
    try campaign(folder)
    let server = try Tool(["serve", folder.path("c"), "--port", "0"], in: folder)
    let address = try address(server)
    let shot = folder.path("shot.png")
    let common = [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
      "--user-data-dir=\(folder.path("profile"))", "--window-size=\(width),\(height)", "--timeout=20000",
    ]
    let taken = try Tool.run(
      common + ["--screenshot=\(shot)", address], program: Self.browser, in: folder)
    let image = try #require(FileManager.default.contents(atPath: shot), "\(taken.errors)")
    // The header of a PNG file says how large it is.
    #expect(image.prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))
    let size = image[16..<24].map { Int($0) }
    #expect(size[0] << 24 | size[1] << 16 | size[2] << 8 | size[3] == width)
    // An image of one colour is much smaller.
    #expect(image.count > 8000)
    let tree = try Tool.run(common + ["--dump-dom", address], program: Self.browser, in: folder).output
    #expect(tree.contains("Keywake campaign") && tree.contains("<path class=\"line\""), "\(tree.prefix(500))")
    #expect(server.end(SIGTERM).code == 0)
  }
}
