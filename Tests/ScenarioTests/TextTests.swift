import Scenario
import Testing

@Suite struct TextTests {
  @Test(arguments: Samples.all) func canonicalTextIsReadAndPrintedAsItIs(text: String) throws {
    let read = try ScenarioParser.read(text.utf8, file: "sample.kw")
    #expect(ScenarioPrinter.print(read) == text)
    #expect(read.scenario.problems() == [])
    #expect(read.scenario.repaired() == read.scenario)
  }

  @Test func everySampleOperationOccurs() throws {
    let kinds = try Samples.all.flatMap { try ScenarioParser.parse($0, file: "").operations.map(\.kind) }
    #expect(Set(kinds) == Set(OperationKind.allCases))
  }

  @Test func namesAndFreeFormAreKept() throws {
    let text = """
      # before the version
        keywake\t1 # the version

      # second
      #
      process  m0
      process b#comment
      file page-cache tmpfs pages=2
      # no header any more
      m0 map b page-cache pages=0..0x1 shared rw
      b map w0_ page-cache pages=0..1 shared rw
      m0 wait b+16 value=0x0 bitset=0xffffffff -> sleeper
      b wake w0_+0x10 count=1=> 1 wakes sleeper
      """
    #expect(throws: ParseError.self) { try ScenarioParser.parse(text, file: "") }
    let mended = text.replacing("count=1=>", with: "count=1 =>").replacing("\n", with: "\r\n")
    let read = try ScenarioParser.read(mended.utf8, file: "")
    #expect(read.header == ["before the version", "second", ""])
    #expect(read.scenario.names.actors == [ActorID(0): "m0"])
    #expect(read.scenario.names.files == [FileID(0): "page-cache"])
    #expect(read.scenario.names.slots == [SlotID(0): "b", SlotID(1): "w0_"])
    #expect(read.scenario.names.waiters == [WaiterID(0): "sleeper"])
    let printed = """
      keywake 1
      # before the version
      # second
      #
      process m0
      process b
      file page-cache tmpfs pages=2
      m0 map b page-cache pages=0..1 shared rw
      b map w0_ page-cache pages=0..1 shared rw
      m0 wait b+0x10 value=0 -> sleeper
      b wake w0_+0x10 count=1                 => 1 wakes sleeper

      """
    #expect(ScenarioPrinter.print(read) == printed)
    #expect(try ScenarioParser.parse(printed, file: "") == read.scenario)
  }

  @Test func anErrorShowsTheLineAndPointsAtThePlace() {
    let text = "keywake 1\nprocess a\n\ta wait x+0 value=zz -> w\n"
    let error = #expect(throws: ParseError.self) { try ScenarioParser.parse(text, file: "corpus/x.kw") }
    #expect(
      error?.description == """
        corpus/x.kw:3:19: expected a value, found 'zz'
          \ta wait x+0 value=zz -> w
          \t                 ^
        """)
  }

  @Test func columnsCountCharacters() {
    let error = #expect(throws: ParseError.self) {
      try ScenarioParser.parse("keywake 1\nprocess é", file: "")
    }
    #expect(error?.column == 9)
    let second = #expect(throws: ParseError.self) {
      try ScenarioParser.parse("keywake 1\nprocess a ééé x", file: "")
    }
    #expect(second?.column == 11)
    #expect(second?.found == "'ééé'")
  }

  @Test(arguments: [
    ("", 1, 1, "the version line 'keywake 1'", "the end of the text"),
    ("process a", 1, 1, "the version line 'keywake 1'", "'process'"),
    ("keywake 2", 1, 9, "version 1", "'2'"),
    ("keywake 99999999999999999999", 1, 9, "a version from 0 to 9223372036854775807", "'99999999999999999999'"),
    ("keywake 1 2", 1, 11, "the end of the line", "'2'"),
    ("keywake 1\n\0", 2, 1, "'race', 'process', 'file', 'keys' or an actor (there is none so far)", ""),
  ]) func headsAreChecked(text: String, line: Int, column: Int, expected: String, found: String) {
    let error = #expect(throws: ParseError.self) { try ScenarioParser.parse(text, file: "") }
    #expect(error?.line == line)
    #expect(error?.column == column)
    if !found.isEmpty {
      #expect(error?.expected == expected)
      #expect(error?.found == found)
    }
  }

  @Test func bytesThatAreNoTextAreNamed() {
    for (bytes, what) in [
      ([0x00], "the control character 0x00"), ([0xff], "the byte 0xff, which is not UTF-8"),
      ([0xc3], "the byte 0xc3, which is not UTF-8"), ([0xed, 0xa0, 0x80], "the byte 0xed, which is not UTF-8"),
      ([0x0d, 0x20], "the control character 0x0d"),
    ] as [([UInt8], String)] {
      for prefix in ["keywake 1\nprocess ", "keywake 1\nprocess a # x"] {
        let error = #expect(throws: ParseError.self) {
          try ScenarioParser.parse(Array(prefix.utf8) + bytes, file: "")
        }
        #expect(error?.found == what)
        #expect(error?.line == 2)
        #expect(error?.column == prefix.count - 9)
      }
    }
  }

  @Test func aTextMayHaveOneMebibyte() throws {
    let head = Array("keywake 1\nprocess a\n".utf8)
    let full = head + Array(repeating: UInt8(ascii: "\n"), count: Limits.textBytes - head.count)
    #expect(try ScenarioParser.parse(full, file: "").operations.count == 1)
    let error = #expect(throws: ParseError.self) { try ScenarioParser.parse(full + [10], file: "big.kw") }
    #expect(error?.description.hasPrefix("big.kw:1:1: expected a text of at most 1048576 bytes") == true)
    // One line of that length, with the error at its end.
    let long = head + Array("a load ".utf8) + Array(repeating: UInt8(ascii: "x"), count: 1_000_000)
    let second = #expect(throws: ParseError.self) { try ScenarioParser.parse(long, file: "") }
    #expect((second?.description.count ?? 1000) < 500)
  }

  @Test func aHeaderCannotBreakOutOfItsComment() throws {
    let scenario = try ScenarioParser.parse("keywake 1\nprocess a\n", file: "")
    let text = ScenarioPrinter(header: ["one\nprocess b", "two\u{1b}[2J\0"]).print(scenario)
    let read = try ScenarioParser.read(text.utf8, file: "")
    #expect(read.scenario == scenario)
    #expect(read.header == ["one", "process b", "two\u{FFFD}[2J\u{FFFD}"])
  }
}
