import Glibc

/// Seconds of the monotonic clock.
public enum MonotonicClock {
  public static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// Seconds since 1970, UTC.
enum WallClock {
  static var now: Int64 { Int64(time(nil)) }
}
