import Foundation
import Machine
import Testing

/// The litmus files of the repository.
enum LitmusCorpus {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Corpus/litmus")

  static func all() throws -> [Litmus] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".litmus") }
    return try names.sorted().flatMap { name in
      let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      return try LitmusParser.litmus(text, file: name)
    }
  }
  static func named(_ name: String) throws -> Litmus {
    try #require(try all().first { $0.name == name })
  }
  static func race(_ name: String, _ variant: String, gate: Bool? = nil) throws -> Race {
    try Race(try named(name), variant: "derive.\(variant)", library: try ProgramLibrary.builtIn(), gate: gate)
  }
  /// Holds a table's lines against those of a reviewed file, in which each but `ok` has its reason.
  static func expect(_ lines: [String], asReviewedIn file: String) throws {
    let golden = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
    var expected: [String] = []
    for line in golden.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.components(separatedBy: " | ")
      expected.append(parts.prefix(3).joined(separator: " | "))
      if parts.count >= 2, parts[1] != "ok" {
        #expect(parts.count == 4 && parts[3].count > 20, "no reason: \(line)")
      }
    }
    #expect(Set(lines).subtracting(expected).sorted() == [])
    #expect(Set(expected).subtracting(lines).sorted() == [])
  }
}
