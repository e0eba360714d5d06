import CrossCheck
import Foundation
import Testing

@testable import keywake

@Suite struct JUnitReportTests {
  @Test func eachVerdictHasItsElement() throws {
    let divergence = Divergence(
      position: 2, rule: "wake-finds-key", operation: "wake", memory: "memfd-shared", promised: "1 wakes <w>", seen: "0"
    )
    let verdicts: [Verdict] = [
      .agree, .disagree(divergence), .skipped("no swap"), .harnessFault("an agent ended"), .known(["lost"]),
    ]
    let cases = verdicts.enumerated().map {
      JUnitReport.Case(name: "case-\($0.offset).kw", classname: "ring", seconds: 0.5, verdict: $0.element)
    }
    let text = String(decoding: try JUnitReport(cases: cases, seconds: 2.5).xml(), as: UTF8.self)
    let document = try XMLDocumentReader.read(text)
    #expect(
      document.suite == [
        "name": "keywake replay", "tests": "5", "failures": "1", "errors": "1", "skipped": "2", "time": "2.500",
      ])
    #expect(document.names == (0..<5).map { "case-\($0).kw" })
    #expect(text.contains("promised: 1 wakes &lt;w&gt;"))
    #expect(text.contains("message=\"no swap\""))
    #expect(text.contains("message=\"known issue: lost\""))
  }
}
