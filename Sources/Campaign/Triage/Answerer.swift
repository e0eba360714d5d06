import Contract

/// How signatures name who answered.
enum Answerer {
  /// `live-6.18` for `6.18.4-amd64`.
  static func live(_ kernel: String) -> String {
    KernelRelease(uname: kernel).map { "live-\($0)" } ?? "live"
  }
}
