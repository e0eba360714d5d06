import CKeywakeHost
import SystemPackage

/// User stacks of threads of other processes, by libunwind over ptrace(2).
///
/// ptrace interrupts the thread, and an interrupted futex wait derives its key again: only for a run that is lost.
public enum UserStacks {
  /// The stack, innermost frame first.
  /// - Parameters:
  ///   - milliseconds: how long to wait for the thread to stop; one that loops in the kernel never does.
  /// - Throws: the error of ptrace(2); `Errno.timedOut` when it does not stop. It then stays attached until the
  ///   calling thread or it ends.
  public static func read(
    process: Int32, thread: Int32, frames limit: Int = 64, milliseconds: Int32 = 500
  ) throws(Errno) -> [StackFrame] {
    var buffer = [kwh_frame](repeating: kwh_frame(), count: limit)
    let count = kwh_user_stack(thread, &buffer, Int32(limit), milliseconds)
    guard count >= 0 else { throw Errno(rawValue: -count) }
    let modules = modules(of: process)
    return buffer.prefix(Int(count)).map { frame in
      let name = withUnsafeBytes(of: frame.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      let module = modules.first { $0.range.contains(frame.address) }
      return StackFrame(
        address: frame.address, function: name.isEmpty ? nil : name,
        offset: name.isEmpty ? frame.address - (module.map { $0.range.lowerBound - $0.offset } ?? 0) : frame.offset,
        module: module?.name)
    }
  }

  private struct Module {
    var range: Range<UInt64>
    /// In the file.
    var offset: UInt64
    var name: String
  }

  private static func modules(of process: Int32) -> [Module] {
    let text = (try? HostFiles.read(FilePath("/proc/\(process)/maps"))) ?? ""
    return text.split(separator: "\n").compactMap { line in
      // RANGE PROTECTION OFFSET DEVICE INODE PATH
      let words = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
      guard words.count == 6, let offset = UInt64(words[2], radix: 16) else { return nil }
      let ends = words[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
      guard ends.count == 2, ends[0] < ends[1], offset <= ends[0] else { return nil }
      let path = FilePath(String(words[5].drop { $0 == " " }))
      return Module(range: ends[0]..<ends[1], offset: offset, name: path.lastComponent?.string ?? path.string)
    }
  }
}
