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
}
