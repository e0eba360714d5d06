import CFuzz
import FileReplay
import Scenario

/// The input as text and as bytes: nothing traps, and what is read survives both forms.
///
/// The first byte chooses: even for text, odd for bytes.
enum ScenarioForms {
  static func test(_ input: UnsafeBufferPointer<UInt8>) {
    guard let first = input.first else { return }
    let rest = Array(input.dropFirst())
    if first % 2 == 0 {
      guard let scenario = try? ScenarioParser.parse(rest, file: "input") else { return }
      check(scenario)
    } else {
      let scenario = ScenarioDecoder.decode(rest)
      check(scenario)
      for operation in scenario.operations {
        keywake_count_behaviour(UInt32(operation.kind.rawValue) << 4 | UInt32(scenario.elements.count / 8))
      }
    }
  }

  private static func check(_ scenario: Scenario) {
    if let problem = scenario.problems().first { keywake_crash("a scenario that was read is not valid: \(problem)\n") }
    let bytes = ScenarioEncoder.encode(scenario)
    let decoded = ScenarioDecoder.decode(bytes)
    if decoded != scenario { keywake_crash("decoding what was encoded gives another scenario\n") }
    if ScenarioEncoder.encode(decoded) != bytes { keywake_crash("encoding is not stable\n") }
    let text = ScenarioPrinter.print(scenario)
    guard let parsed = try? ScenarioParser.parse(text, file: "printed") else {
      keywake_crash("the printed text cannot be read\n")
    }
    if parsed != scenario { keywake_crash("the printed text is another scenario\n") }
    if ScenarioPrinter.print(parsed) != text { keywake_crash("printing is not stable\n") }
  }
}

#if Fuzzing
  @_cdecl("LLVMFuzzerTestOneInput")
  public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    ScenarioForms.test(UnsafeBufferPointer(start: data, count: size))
    return 0
  }
#else
  @main
  struct Main {
    static func main() { FileReplay.run(ScenarioForms.test) }
  }
#endif
