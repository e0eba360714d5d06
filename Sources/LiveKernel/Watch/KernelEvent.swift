/// Something the kernel complained about: the first line that names it, and the lines that belong to it.
public struct KernelEvent: Codable, Equatable, Sendable {
  public enum Kind: String, Codable, CaseIterable, Sendable {
    /// WARN, WARN_ON and their relatives.
    case warning
    /// BUG, BUG_ON, and what the kernel or a sanitizer calls a BUG.
    case bug
    /// A fault in the kernel: page fault, protection fault, invalid operation.
    case oops
    /// A wrong order of locks or a wrong use of RCU, found by lockdep.
    case lockdep
    case rcuStall = "rcu-stall"
    case hungTask = "hung-task"
    case lockup
    case panic
    /// The kernel killed a process for want of memory. No finding: an agent may be missing.
    case outOfMemory = "out-of-memory"
  }

  public var kind: Kind
  /// The line that names it.
  public var title: String
  /// All its lines, the title included.
  public var lines: [String]
  /// Of its first line.
  public var sequence: UInt64
  public var time: UInt64

  /// Whether it speaks against the kernel.
  public var isFinding: Bool { kind != .outOfMemory }

  /// The kernel function that it happened in, as the title names it, or else the instruction pointer; `unknown` if
  /// neither does. Stable from run to run, as line numbers and addresses are not.
  public var function: String {
    let pointers = lines.filter { $0.hasPrefix("RIP: ") || $0.hasPrefix("pc : ") }
    for line in [title] + pointers {
      // get_futex_key+0x3f1/0x4b0
      for word in line.split(whereSeparator: { " :,[]()".contains($0) }) {
        let parts = word.split(separator: "+", maxSplits: 1)
        guard parts.count == 2, parts[1].hasPrefix("0x"), parts[1].contains("/0x") else { continue }
        return String(parts[0])
      }
    }
    return "unknown"
  }
}
