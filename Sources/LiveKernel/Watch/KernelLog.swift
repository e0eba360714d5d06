import Glibc
import SystemPackage

/// The kernel log, from the moment of opening or of the last mark on. Source: Documentation/ABI/testing/dev-kmsg.
///
/// The log is the whole system's: an event between two marks need not be the run's doing.
public final class KernelLog: Sendable {
  /// What came since the last look.
  public struct News: Codable, Equatable, Sendable {
    public var records: [KernelRecord]
    /// Records were overwritten before they were read: more may have happened than is seen.
    public var hasGap: Bool

    public init(records: [KernelRecord], hasGap: Bool) {
      self.records = records
      self.hasGap = hasGap
    }

    public var events: [KernelEvent] { KernelEventClassifier.events(in: records) }
  }

  public static let path: FilePath = "/dev/kmsg"

  private let descriptor: Int32

  /// Opens the log at its end.
  /// - Parameter path: the log, or a file that grows by records of the same form.
  /// - Throws: EPERM or EACCES without the right to read it, ENOENT where there is none.
  public init(_ path: FilePath = KernelLog.path) throws(Errno) {
    descriptor = open(path.string, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw Errno.last }
    lseek(descriptor, 0, SEEK_END)
  }

  deinit { close(descriptor) }

  /// Forgets what has come so far.
  public func mark() { lseek(descriptor, 0, SEEK_END) }

  /// The records since the last mark or call, whole.
  public func news() throws(Errno) -> News {
    var news = News(records: [], hasGap: false)
    // A read gives one record; the kernel's limit (PRINTKRB_RECORD_MAX, CONSOLE_EXT_LOG_MAX) is below this.
    var buffer = [UInt8](repeating: 0, count: 16384)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count > 0 {
        // One record from the device; as many as there are from a file. Lines of properties are none.
        let text = String(decoding: buffer[..<count], as: UTF8.self)
        news.records += text.split(separator: "\n").compactMap { line in
          line.hasPrefix(" ") ? nil : KernelRecord(parsing: line)
        }
        continue
      }
      switch Glibc.errno {
      case _ where count == 0: return news
      case EAGAIN: return news
      case EINTR: continue
      case EPIPE: news.hasGap = true
      default: throw Errno.last
      }
    }
  }

  /// Writes a line into the log, as a landmark for people who read it. Needs root.
  public static func write(_ text: String) throws(Errno) {
    let file = open("/dev/kmsg", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { throw Errno.last }
    defer { close(file) }
    try HostFiles.writeAll(Array("<6>keywake: \(text)\n".utf8), to: file)
  }
}
