import Glibc

/// The kernel that this program runs on.
enum KernelName {
  /// `uname -r`.
  static var running: String {
    var name = utsname()
    guard uname(&name) == 0 else { return "" }
    return withUnsafeBytes(of: name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
