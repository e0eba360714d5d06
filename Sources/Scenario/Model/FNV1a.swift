/// The hash function of that name, 64 bits wide: the same on every machine and in every release.
public struct FNV1a: Sendable {
  public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  public init() {}

  public mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  public mutating func add(_ bytes: some Sequence<UInt8>) { for byte in bytes { add(byte) } }
  /// Eight bytes, the least significant first.
  public mutating func add(_ word: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) { add(UInt8(truncatingIfNeeded: word >> shift)) }
  }

  /// 16 hexadecimal digits.
  public var digits: String { Self.digits(value) }
  public static func digits(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}
