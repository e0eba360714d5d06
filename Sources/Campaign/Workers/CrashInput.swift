import Scenario

/// The input that a libFuzzer target crashed on, for a reader: what the target itself makes of the bytes.
struct CrashInput: Sendable {
  /// The target's name.
  var target: String
  var bytes: [UInt8]
  /// The target's last words, which name a race, a version and a schedule where it runs races.
  var complaint: String?

  /// A scenario where the target reads one. Else comments: what the target said, the bytes, and how to run them again.
  var text: String {
    switch target {
    case "ContractVsLive": return ScenarioPrinter.print(ScenarioDecoder.decode(bytes))
    case "ScenarioForms":
      // Its first byte chooses between the two forms.
      guard let first = bytes.first else { return asBytes }
      if first % 2 == 1 { return ScenarioPrinter.print(ScenarioDecoder.decode(Array(bytes.dropFirst()))) }
      return asBytes
    default: return asBytes
    }
  }

  private var asBytes: String {
    var lines = ["# An input of \(bytes.count) bytes of the target \(target)."]
    if let complaint { lines.append("# \(complaint)") }
    lines.append(
      "# Again: sed -n 's/^# bytes: //p' THIS-FILE | tr -d ' \\n' | basenc --base16 -d >input; \(target) input")
    for start in stride(from: 0, to: bytes.count, by: 32) {
      lines.append("# bytes: " + bytes[start..<min(start + 32, bytes.count)].map(Self.hex).joined(separator: " "))
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return byte < 16 ? "0" + digits : digits
  }
}
