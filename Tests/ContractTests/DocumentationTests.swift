import Contract
import Testing

import class Foundation.FileManager

/// The page of rules and the rules themselves.
struct DocumentationTests {
  private static func page() throws -> String {
    let root = String(#filePath.dropLast("Tests/ContractTests/DocumentationTests.swift".count))
    let bytes = try #require(FileManager.default.contents(atPath: root + "Sources/Contract/Contract.docc/Contract.md"))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Each rule has one row with a promise, and there is no other row.
  @Test func everyRuleIsExplainedOnce() throws {
    var rows: [String: Int] = [:]
    for line in try Self.page().split(separator: "\n") where line.hasPrefix("| `") {
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmingSpaces }
      try #require(cells.count == 6, "four columns: \(line)")
      rows[cells[1].filter { $0 != "`" }, default: 0] += 1
      #expect(!cells[2].isEmpty)
    }
    #expect(Set(rows.keys) == Set(Rule.allCases.map(\.rawValue)))
    #expect(rows.values.allSatisfy { $0 == 1 })
  }
}

extension Substring {
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
