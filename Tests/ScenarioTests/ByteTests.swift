import Scenario
import Testing

@Suite struct ByteTests {
  @Test(arguments: Samples.all) func textToBytesToTextIsTheSame(text: String) throws {
    let scenario = try ScenarioParser.parse(text, file: "")
    let decoded = ScenarioDecoder.decode(ScenarioEncoder.encode(scenario))
    #expect(decoded == scenario)
    #expect(
      ScenarioPrinter.print(decoded).split(separator: "\n") == text.split(separator: "\n").filter { $0.first != "#" })
  }

  @Test func namesSurvive() throws {
    let scenario = try ScenarioParser.parse(
      """
      keywake 1
      process writer
      process b
      file log tmpfs pages=1
      writer map window log pages=0..0 shared rw
      writer wait window+0 value=0 -> sleeper
      b load m0+0
      """, file: "")
    #expect(scenario.names.slots == [SlotID(0): "window", SlotID(1): "m0"])
    #expect(ScenarioDecoder.decode(ScenarioEncoder.encode(scenario)) == scenario)
  }

  /// The form is stored in corpora: it must not change by accident.
  @Test func theFormIsStable() throws {
    let scenario = try ScenarioParser.parse(
      "keywake 1\nprocess a\na map m0 anonymous pages=2 private rw\na wake m0+0x1010 count=1 private => 0\n", file: "")
    #expect(
      ScenarioEncoder.encode(scenario) == [
        0,  // no prelude
        0, 0,  // process
        13, 0, 0, 1, 0, 2, 1, 3, 0,  // map
        50, 29, 0, 0, 4, 1, 4, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  // wake
      ])
  }

  @Test func aPreludeGivesProcessesThatShareAFile() {
    #expect(ScenarioDecoder.decode([]).elements.isEmpty)
    #expect(ScenarioDecoder.decode([0]).elements.isEmpty)
    for prelude in UInt8(1)...255 {
      let scenario = ScenarioDecoder.decode([prelude])
      #expect(scenario.isValid)
      #expect(scenario.operations.filter { $0.kind == .process }.count >= 2)
      #expect(scenario.operations.filter { $0.kind == .map }.count >= 3)
    }
  }

  @Test func longInputsAreBounded() {
    let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    let scenario = ScenarioDecoder.decode(bytes)
    #expect(scenario.isValid)
    #expect(scenario.operations.count <= Limits.operations)
  }
}
