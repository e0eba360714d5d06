import Testing

@testable import Scenario

@Suite struct BytePropertyTests {
  @Test func everyByteStringIsAValidScenario() {
    Property.holds { random in
      let bytes = Property.bytes(&random, upTo: 160)
      let scenario = ScenarioDecoder.decode(bytes)
      if let problem = scenario.problems().first { return "\(bytes): \(problem)" }
      let encoded = ScenarioEncoder.encode(scenario)
      if ScenarioDecoder.decode(encoded) != scenario { return "\(bytes): decodes differently from its encoding" }
      return nil
    }
  }

  /// Half of the scenarios come as bytes say them, half with numbers beyond all limits: what is valid stays, and what
  /// changes was not.
  @Test func repairMakesValidAndLeavesTheValidAlone() {
    Property.holds { random in
      let bytes = Property.bytes(&random, upTo: 100)
      let scenario = ScenarioDecoder.decodeUnrepaired(bytes)
      let isValid = scenario.isValid
      let repaired = scenario.repaired()
      if let problem = repaired.problems().first { return "\(bytes): repaired, but \(problem)" }
      if isValid != (repaired == scenario) { return "\(bytes): valid \(isValid), repaired \(repaired)" }
      return repaired.repaired() == repaired ? nil : "\(bytes): not repaired at once"
    }
  }

  @Test func textAndBytesSayTheSame() {
    Property.holds { random in
      let scenario = ScenarioDecoder.decode(Property.bytes(&random, upTo: 120))
      let text = ScenarioPrinter.print(scenario)
      do {
        let read = try ScenarioParser.parse(text, file: "printed.kw")
        return read == scenario ? nil : "reads back as another:\n\(text)"
      } catch { return "\(error)\n\(text)" }
    }
  }

  @Test func theBytesOfAnOperationAreItsOwn() {
    Property.holds { random in
      let scenario = ScenarioDecoder.decode(Property.bytes(&random, upTo: 120))
      let (bytes, ranges) = ScenarioEncoder.encodeWithRanges(scenario)
      let positions = scenario.locatedOperations.map(\.position)
      guard ranges.count == positions.count else { return "\(ranges.count) ranges" }
      guard !ranges.isEmpty else { return nil }
      let victim = Int(random.next() % UInt64(ranges.count))
      var without = bytes
      without.removeSubrange(ranges[victim])
      var expected = scenario
      expected.remove(at: positions[victim])
      if ScenarioDecoder.decodeUnrepaired(without) != expected {
        return "operation \(victim) deleted: \(bytes)"
      }
      return nil
    }
  }
}
