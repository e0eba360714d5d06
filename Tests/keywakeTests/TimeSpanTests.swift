import Testing

@testable import keywake

@Suite struct TimeSpanTests {
  @Test(arguments: [("90", 90), ("90s", 90), ("5m", 300), ("2h", 7200), ("1d", 86400)])
  func lengthsOfTimeAreRead(_ text: String, _ seconds: Int) {
    #expect(TimeSpan(argument: text)?.seconds == seconds)
  }

  @Test(arguments: ["", "s", "-5", "0", "1.5h", "5 m", "5x", "99999999999999999999", "9999999h", "٥"])
  func whatIsNoneIsRefused(_ text: String) {
    #expect(TimeSpan(argument: text) == nil)
  }

  @Test func theyArePrintedAsClocksDo() {
    #expect(TimeSpan.text(5) == "5s")
    #expect(TimeSpan.text(65) == "1:05")
    #expect(TimeSpan.text(3723) == "1:02:03")
  }
}
