/// Reads the parts of one word, from left to right.
struct WordReader {
  let bytes: [UInt8]
  private(set) var offset: Int
  let end: Int

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }
  var isAtEnd: Bool { offset == end }

  mutating func accept(_ character: Unicode.Scalar) -> Bool {
    guard offset < end, bytes[offset] == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }
  /// What is before the character, or all that is left if it does not come.
  mutating func text(before character: Unicode.Scalar) -> String {
    let start = offset
    while offset < end, bytes[offset] != UInt8(ascii: character) { offset += 1 }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  enum Number: Equatable {
    case value(Int64)
    case outOfRange
    case none
  }
  /// A decimal number, or a hexadecimal one after `0x`, of the range. Goes past its digits only if there is one.
  mutating func number(_ range: ClosedRange<Int64>) -> Number {
    var at = offset
    let isNegative = at < end && bytes[at] == UInt8(ascii: "-")
    if isNegative { at += 1 }
    var radix: Int64 = 10
    if at + 1 < end, bytes[at] == UInt8(ascii: "0"), bytes[at + 1] | 0x20 == UInt8(ascii: "x") {
      radix = 16
      at += 2
    }
    var value: Int64 = 0
    var hasDigits = false
    var overflows = false
    while at < end, let digit = Self.digit(bytes[at]), digit < radix {
      hasDigits = true
      let (product, overflow) = value.multipliedReportingOverflow(by: radix)
      // Counted downwards: there is one more negative number.
      let (difference, overflow2) = product.subtractingReportingOverflow(digit)
      overflows = overflows || overflow || overflow2
      if !overflows { value = difference }
      at += 1
    }
    guard hasDigits else { return .none }
    offset = at
    if !isNegative {
      if value == .min { overflows = true } else { value = -value }
    }
    return overflows || !range.contains(value) ? .outOfRange : .value(value)
  }

  private static func digit(_ byte: UInt8) -> Int64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): Int64(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): Int64(byte - UInt8(ascii: "A")) + 10
    default: nil
    }
  }
}
