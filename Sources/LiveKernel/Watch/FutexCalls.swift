import CKeywakeHost

/// Numbers of the futex system calls on this architecture.
enum FutexCalls {
  /// futex, futex_wait: the first argument is the word.
  static let ofOneWord: [Int] = [number("futex"), number("futex_wait")]
  static let all: [Int] = ofOneWord + [number("futex_waitv")]

  private static func number(_ name: String) -> Int { kwh_syscall_number(name) }
}
