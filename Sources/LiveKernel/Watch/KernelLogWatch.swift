import Glibc
import SystemPackage

/// Looks into the kernel log around runs: what it complained of since the last look.
public final class KernelLogWatch {
  private let log: KernelLog
  /// Lets time pass for a report that is still being written. The default is 200 ms.
  private let pause: () -> Void
  /// How often records were overwritten before they were read: more may have happened than was seen.
  public private(set) var gaps = 0
  /// Why the log cannot be read any more.
  public private(set) var failure: Errno?

  /// Watches from now on.
  public init(_ log: KernelLog, pause: @escaping () -> Void = { usleep(200_000) }) {
    self.log = log
    self.pause = pause
  }

  /// Complaints that speak against the kernel, new since the last look; almost always none, at the price of one
  /// system call.
  public func look() -> [KernelEvent] {
    var records: [KernelRecord] = []
    guard take(into: &records), !records.isEmpty else { return [] }
    // A report is many lines, each a record: the rest of it follows.
    for _ in 0..<10 where KernelEventClassifier.isOpen(in: records) {
      let count = records.count
      pause()
      guard take(into: &records), records.count > count else { break }
    }
    return KernelEventClassifier.events(in: records).filter(\.isFinding)
  }

  private func take(into records: inout [KernelRecord]) -> Bool {
    guard failure == nil else { return false }
    do throws(Errno) {
      let news = try log.news()
      if news.hasGap { gaps += 1 }
      records += news.records
      return true
    } catch {
      failure = error
      return false
    }
  }
}
