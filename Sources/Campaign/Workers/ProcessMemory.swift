import Foundation
import Glibc

/// Resident memory of a process, by proc(5).
public enum ProcessMemory {
  /// `VmRSS`, KiB; `nil` when the process is gone.
  public static func resident(of pid: pid_t) -> Int64? {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") })
    else { return nil }
    return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int64($0) }
  }
}
