import Campaign
import Glibc
import Synchronization

/// Asked to stop by a signal: the first request ends the work cleanly, with its summary; a second one at once.
enum StopRequest {
  private static let count = Atomic<Int>(0)

  static var isPending: Bool { count.load(ordering: .relaxed) > 0 }

  /// From now on SIGINT, SIGTERM and SIGHUP ask for a stop.
  static func listen() {
    _ = isPending
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { number in
        // Only an atomic and an async-signal-safe call: a handler may do no more.
        if StopRequest.count.add(1, ordering: .relaxed).oldValue > 0 { _exit(128 + number) }
      }
    }
  }
}

typealias Clock = MonotonicClock
