/// What a worker writes: its beginning and its end are kept, the rest is counted.
struct BoundedOutput: Sendable {
  /// Bytes kept of the beginning, and of the end.
  let limit: Int
  private(set) var total = 0
  private var head: [UInt8] = []
  private var tail: [UInt8] = []

  init(limit: Int) { self.limit = limit }

  mutating func append(_ bytes: some Collection<UInt8>) {
    total += bytes.count
    let room = limit - head.count
    head += bytes.prefix(room)
    let rest = bytes.dropFirst(room)
    guard !rest.isEmpty else { return }
    tail += rest
    // Cut at twice the limit, so that each byte moves once on average.
    if tail.count > 2 * limit { tail.removeFirst(tail.count - limit) }
  }

  var isWhole: Bool { total <= limit }

  /// All of it, or beginning and end with the number of bytes left out between.
  var text: String {
    if isWhole { return String(decoding: head, as: UTF8.self) }
    let end = tail.suffix(limit)
    let left = total - head.count - end.count
    let mark = left > 0 ? "\n... \(left) bytes left out ...\n" : ""
    return String(decoding: head, as: UTF8.self) + mark + String(decoding: end, as: UTF8.self)
  }

  /// The last lines that are not empty.
  func lastLines(_ count: Int) -> [String] {
    text.split(whereSeparator: { $0.isNewline || $0 == "\r" }).map(String.init)
      .filter { line in line.contains { !$0.isWhitespace } }.suffix(count)
  }
}
