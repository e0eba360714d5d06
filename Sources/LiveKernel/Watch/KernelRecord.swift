/// One record of the kernel log. Source: Documentation/ABI/testing/dev-kmsg.
public struct KernelRecord: Codable, Equatable, Sendable {
  /// 0 (emergency) to 7 (debug), as in syslog(3).
  public var level: Int
  /// Written by the kernel itself; anybody may write into its log as well.
  public var isKernels = true
  public var sequence: UInt64
  /// Microseconds since the boot.
  public var time: UInt64
  public var text: String

  public init(level: Int = 4, sequence: UInt64, time: UInt64, text: String) {
    self.level = level
    self.sequence = sequence
    self.time = time
    self.text = text
  }

  /// Reads `PRIORITY,SEQUENCE,TIME,FLAGS...;TEXT` and ignores the lines of properties that follow.
  public init?(parsing record: String) {
    guard let semicolon = record.firstIndex(of: ";") else { return nil }
    let fields = record[..<semicolon].split(separator: ",")
    guard fields.count >= 3, let priority = Int(fields[0]), let sequence = UInt64(fields[1]),
      let time = UInt64(fields[2])
    else { return nil }
    let line = record[record.index(after: semicolon)...].prefix { $0 != "\n" }
    self.init(level: priority & 7, sequence: sequence, time: time, text: Self.unescape(line))
    // The facility: 0 is the kernel's, and no writer to /dev/kmsg can have it.
    isKernels = priority >> 3 == 0
  }

  /// `\xNN` stands for a byte that is not printable.
  private static func unescape(_ line: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(line.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), rest.count >= 3, rest.first == UInt8(ascii: "x"),
        let value = UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
