import Foundation
import Scenario

/// A scenario of the repository's `Corpus` folder, for the tests that hold it against something.
public struct CorpusFile: Sendable, CustomStringConvertible {
  /// Path below `Corpus`, with `/` between folders.
  public let path: String

  public var description: String { path }
  public var folder: Substring { path.split(separator: "/").first ?? "" }
  /// Without its folder and `.kw`.
  public var name: Substring { (path.split(separator: "/").last ?? "").dropLast(3) }
  /// Races that the Machine explores; they state verdicts per version elsewhere.
  public var isLitmus: Bool { folder == "litmus" }

  public func text() throws -> [UInt8] {
    Array(try Data(contentsOf: Self.root.appending(path: path)))
  }
  public func read() throws -> ScenarioText { try ScenarioParser.read(try text(), file: path) }

  /// Every `.kw` file, in the order of their paths.
  public static let all: [CorpusFile] = {
    let walk = FileManager.default.enumerator(atPath: root.path)
    let paths = (walk?.allObjects as? [String] ?? []).filter { $0.hasSuffix(".kw") }
    return paths.sorted().map(CorpusFile.init)
  }()
  /// What real programs did, by their strace logs: nobody stated results.
  public var isImported: Bool { folder == "imported" }
  /// Those with stated results.
  public static let reviewed = all.filter { !$0.isLitmus && !$0.isImported }

  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpus")
}
