/// Finds the kernel's complaints in its log and gathers the lines of each.
public enum KernelEventClassifier {
  private static let cut = "------------[ cut here ]------------"

  /// Enough for any one report; a report that never ends must not take the rest of the log with it.
  private static let longest = 300

  /// The events in the records, in their order.
  public static func events(in records: [KernelRecord]) -> [KernelEvent] {
    var events: [KernelEvent] = []
    /// Lines from a cut on, until one names the event: WARN with a text prints the text first.
    var unnamed: [KernelRecord] = []
    /// Whether the last event goes on, and whether it began with a cut and so has an end mark.
    var isOpen = false
    var hasEndMark = false
    // What user space writes into the log is no word of the kernel's.
    for record in records where record.facility == 0 {
      let text = record.text
      if text.contains(cut) {
        unnamed = [record]
        isOpen = false
      } else if let kind = kind(of: text) {
        if isOpen, unnamed.isEmpty, let last = events.last, joins(kind, last.kind) {
          events[events.count - 1].lines.append(text)
          continue
        }
        let first = unnamed.first ?? record
        hasEndMark = !unnamed.isEmpty
        events.append(
          KernelEvent(
            kind: kind, title: text, lines: unnamed.map(\.text) + [text], sequence: first.sequence, time: first.time))
        unnamed = []
        isOpen = true
      } else if !unnamed.isEmpty {
        unnamed.append(record)
        if unnamed.count > longest { unnamed = [] }
      } else if isOpen {
        guard hasEndMark || belongs(text), events[events.count - 1].lines.count < longest else {
          isOpen = false
          continue
        }
        events[events.count - 1].lines.append(text)
        if text.contains("---[ end ") { isOpen = false }
      }
    }
    return events
  }

  /// Whether a report begins in the records, and its end may be still to come.
  static func isOpen(in records: [KernelRecord]) -> Bool {
    let lines = records.filter { $0.facility == 0 }.map(\.text)
    guard let start = lines.lastIndex(where: { $0.contains(cut) || kind(of: $0) != nil }) else { return false }
    return !lines[start...].contains { $0.contains("---[ end ") }
  }

  private static func joins(_ kind: KernelEvent.Kind, _ open: KernelEvent.Kind) -> Bool {
    // What a BUG runs into, the trap and the panic, is told in the same breath.
    switch (open, kind) {
    case (.bug, .oops), (.oops, .oops), (.bug, .panic), (.oops, .panic), (.lockup, .panic), (.hungTask, .panic),
      (.rcuStall, .rcuStall), (.warning, .panic):
      true
    default: false
    }
  }

  /// The first rule that fits names the kind. A rule is what the line begins with, or contains after `*`.
  private static let rules: [(pattern: String, kind: KernelEvent.Kind)] = [
    ("WARNING: possible ", .lockdep), ("WARNING: suspicious RCU usage", .lockdep),
    ("WARNING: inconsistent lock state", .lockdep), ("WARNING: bad unlock balance detected", .lockdep),
    ("WARNING: held lock freed", .lockdep), ("WARNING: lock held when returning to user space", .lockdep),
    ("WARNING: nested lock was not taken", .lockdep), ("BUG: Invalid wait context", .lockdep),
    ("[ BUG: Invalid wait context ]", .lockdep),
    ("WARNING: ", .warning),
    ("kernel BUG at ", .bug),
    ("*soft lockup", .lockup), ("*hard LOCKUP", .lockup), ("BUG: workqueue lockup", .lockup),
    ("BUG: kernel NULL pointer dereference", .oops), ("BUG: unable to handle ", .oops),
    ("Unable to handle kernel ", .oops), ("Oops: ", .oops), ("Internal error: Oops", .oops),
    ("general protection fault", .oops), ("divide error: ", .oops), ("stack segment: ", .oops),
    ("invalid opcode: ", .oops), ("double fault: ", .oops),
    ("BUG: ", .bug), ("UBSAN: ", .bug), ("kmemleak: ", .bug),
    ("*self-detected stall", .rcuStall), ("*detected stalls on CPUs/tasks", .rcuStall),
    ("*detected expedited stalls", .rcuStall),
    ("Kernel panic - not syncing", .panic),
    ("Out of memory: ", .outOfMemory), ("Memory cgroup out of memory: ", .outOfMemory),
  ]

  static func kind(of text: String) -> KernelEvent.Kind? {
    // "INFO: task NAME:PID blocked for more than 120 seconds."
    if text.hasPrefix("INFO: task "), text.contains(" blocked ") { return .hungTask }
    for (pattern, kind) in rules {
      let fits = pattern.hasPrefix("*") ? text.contains(pattern.dropFirst()) : text.hasPrefix(pattern)
      if fits { return kind }
    }
    return nil
  }

  /// What the lines of a report begin with, besides a blank.
  private static let beginnings = [
    "CPU: ", "Modules linked in", "Hardware name: ", "RIP: ", "Code: ", "RSP: ", "EFLAGS", "RAX: ", "RDX: ", "RBP: ",
    "R10: ", "R13: ", "FS: ", "CS: ", "CR2: ", "DR0: ", "DR3: ", "PKRU: ", "Call Trace", "<", "---[ ", "Tainted: ",
    "Workqueue: ", "task:", "rcu: ", "rcu_", "NMI backtrace", "Sending NMI", "PGD ", "#PF: ", "Oops: ", "Comm: ",
    "page:", "page dumped", "flags:", "raw:", "head:", "pfn:", "Read of size", "Write of size", "Allocated by",
    "Freed by", "The buggy address", "Memory state", ">", "=====", "Kernel Offset", "irq event stamp",
    "hardirqs last", "softirqs last", "other info", "stack backtrace", "Possible unsafe", "locks held", "Showing",
    "INFO: lockdep", "\"echo 0 >", "Call trace", "pc : ", "lr : ", "sp : ", "pstate: ", "x0 ", "x1", "x2", "x3", "x4",
    "x5", "x6", "x7", "x8", "x9", "note: ",
  ]

  private static func belongs(_ text: String) -> Bool {
    guard let first = text.first else { return true }
    if first == " " || first == "\t" { return true }
    if beginnings.contains(where: { text.hasPrefix($0) }) { return true }
    // "3 locks held by agent/12:"
    return first.isNumber && text.contains("held by")
  }
}
