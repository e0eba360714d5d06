/// The signature of a crash, by where it happened: not by addresses or counts.
enum CrashSignature {
  /// - Parameters:
  ///   - how: the signal's name, `hang`, `memory` or `flood`.
  ///   - frames: functions on the stack, innermost first; those of the runtime and of libFuzzer do not count.
  static func make(worker: String, how: String, complaint: String?, frames: [String]) -> String {
    let own = frames.filter { frame in !foreign.contains { frame.hasPrefix($0) } }.prefix(8)
    let place = own.isEmpty ? withoutNumbers(complaint ?? "") : own.joined(separator: "\n")
    return "crash_\(how)_\(worker)_\(digest(place))"
  }

  private static let foreign = [
    "fuzzer::", "__sanitizer", "__interceptor", "abort", "raise", "__libc", "_start", "main", "pthread_kill",
  ]

  static func withoutNumbers(_ text: String) -> String {
    String(text.split(whereSeparator: { $0.isNumber }).joined(separator: "#"))
  }

  /// 8 hexadecimal digits (FNV-1a).
  static func digest(_ text: String) -> String {
    var hash: UInt32 = 2_166_136_261
    for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  static func signalName(_ number: Int32) -> String {
    switch number {
    case 4: "SIGILL"
    case 5: "SIGTRAP"
    case 6: "SIGABRT"
    case 7: "SIGBUS"
    case 8: "SIGFPE"
    case 9: "SIGKILL"
    case 11: "SIGSEGV"
    default: "signal-\(number)"
    }
  }
}
