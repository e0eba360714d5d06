import Scenario

/// A candidate as the cache knows it: 128 bits of its byte form, names left out (FNV-1a, two bases).
public struct CandidateKey: Hashable, Sendable, Codable {
  let high: UInt64
  let low: UInt64

  init(_ scenario: Scenario) {
    var high = FNV1a()
    var low: UInt64 = 0x6c62_272e_07bb_0142
    for byte in ScenarioEncoder.encode(Scenario(scenario.elements)) {
      high.add(byte)
      low = (low &+ UInt64(byte)) &* 0x9e37_79b9_7f4a_7c15
      low ^= low >> 29
    }
    self.high = high.value
    self.low = low
  }

  /// 32 hexadecimal digits.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard text.utf8.count == 32, let high = UInt64(text.prefix(16), radix: 16),
      let low = UInt64(text.suffix(16), radix: 16)
    else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "expected 32 hexadecimal digits, found '\(text)'"))
    }
    self.high = high
    self.low = low
  }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(FNV1a.digits(high) + FNV1a.digits(low))
  }
}
