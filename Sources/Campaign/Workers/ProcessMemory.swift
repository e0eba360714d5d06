import Foundation
import Glibc

/// Resident memory of a process, by proc(5).
enum ProcessMemory {
  /// KiB; `nil` when the process is gone.
  static func resident(of pid: pid_t) -> Int64? {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8) else { return nil }
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int64($0) }
    return pages.map { $0 * Int64(sysconf(Int32(_SC_PAGESIZE))) / 1024 }
  }
}
