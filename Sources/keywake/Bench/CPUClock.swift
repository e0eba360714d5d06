import Glibc

/// Seconds on a processor.
enum CPUClock {
  /// Of this process.
  static var now: Double { seconds(RUSAGE_SELF) }
  /// Of the children that it waited for.
  static var ofChildren: Double { seconds(RUSAGE_CHILDREN) }

  private static func seconds(_ who: __rusage_who) -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(who.rawValue), &usage)
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
  }
}
