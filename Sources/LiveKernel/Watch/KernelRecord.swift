/// One record of the kernel log. Source: Documentation/ABI/testing/dev-kmsg.
public struct KernelRecord: Codable, Equatable, Sendable {
  /// 0 (emergency) to 7 (debug), as in syslog(3).
  public var level: Int
  /// Who wrote it, as in syslog(3): 0 is the kernel, and nobody else can write in its name.
  public var facility: Int
  public var sequence: UInt64
  /// Microseconds since the boot.
  public var time: UInt64
  public var text: String

  public init(level: Int = 4, facility: Int = 0, sequence: UInt64, time: UInt64, text: String) {
    self.level = level
    self.facility = facility
    self.sequence = sequence
    self.time = time
    self.text = text
  }

  /// Reads `PRIORITY,SEQUENCE,TIME,FLAGS...;TEXT` and ignores the lines of properties that follow.
  public init?(parsing record: some StringProtocol) {
    guard let semicolon = record.firstIndex(of: ";") else { return nil }
    let fields = record[..<semicolon].split(separator: ",")
    guard fields.count >= 3, let priority = Int(fields[0]), let sequence = UInt64(fields[1]),
      let time = UInt64(fields[2])
    else { return nil }
    let line = record[record.index(after: semicolon)...].prefix { $0 != "\n" }
    self.init(
      level: priority & 7, facility: priority >> 3, sequence: sequence, time: time, text: Self.unescape(line))
  }

  /// `\xNN` stands for a byte that is not printable.
  private static func unescape(_ line: some StringProtocol) -> String {
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
