import Testing

@testable import Scenario

@Suite struct TextPropertyTests {
  /// Words that get a text of chance past the first line.
  private static let words =
    OperationKind.allCases.map(\.keyword) + FileKind.allCases.map(\.keyword)
    + [
      "a", "b", "f0", "m0", "m0+0", "@null+4", "a.m0+0", "pages=0..1", "pages=1", "value=0", "count=1", "wake=1",
      "move=1",
      "->", "=>", "w0", "wakes", "race", "lane", "a:", "end", ";", ",", "shared", "rw", "private", "futex2",
      "anonymous",
      "0xffffffffffffffffffff", "-1", "#", "\n", "\n", "\n", "\r\n", "\t", "\0", "é",
    ]

  @Test func noTextTraps() {
    Property.holds { random in
      var bytes: [UInt8]
      switch random.below(3) {
      case 0: bytes = Property.bytes(&random, upTo: 100)
      case 1:
        bytes = Array("keywake 1\nprocess a\n".utf8)
        for _ in 0..<random.below(24) {
          bytes += Array(Self.words[random.below(Self.words.count)].utf8) + [UInt8(ascii: " ")]
        }
      default:
        bytes = Array(Samples.race.utf8)
        for _ in 0..<random.number(1...3) {
          bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
        }
      }
      do throws(ParseError) {
        let scenario = try ScenarioParser.parse(bytes, file: "")
        return scenario.problems().first.map { "\(bytes): \($0)" }
      } catch {
        if error.line < 1 || error.column < 1 || error.description.isEmpty { return "\(bytes): \(error)" }
        return nil
      }
    }
  }
}
