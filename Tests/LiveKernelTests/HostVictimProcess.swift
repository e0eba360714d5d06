import Foundation

@testable import LiveKernel

/// A running `HostVictim`.
final class HostVictimProcess {
  let pid: Int32
  private let channel: Int32
  private var isReaped = false

  init(_ arguments: [String]) throws {
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent("HostVictim").path
    // SOCK_CLOEXEC of socket(2), whose type here is an enumeration: 0o2000000.
    var pair: [Int32] = [0, 0]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | 0o2000000, 0, &pair) == 0 else {
      throw CocoaError(.fileReadUnknown)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, pair[1], 0)
    posix_spawn_file_actions_adddup2(&actions, pair[1], 1)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var child: pid_t = 0
    let error = posix_spawn(&child, program, &actions, nil, &words, environ)
    close(pair[1])
    guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .ENOENT) }
    pid = child
    channel = pair[0]
  }

  deinit {
    end(SIGKILL)
    close(channel)
  }

  /// Reads up to `count` steps; fewer when it stands still after "!" or has ended.
  @discardableResult func steps(_ count: Int) -> String {
    var text = ""
    var byte: UInt8 = 0
    while text.count < count, read(channel, &byte, 1) == 1 {
      text.append(Character(UnicodeScalar(byte)))
      if byte == UInt8(ascii: "!") { break }
    }
    return text
  }

  /// All steps until it stands still.
  func standsStill() -> Bool { steps(.max).hasSuffix("!") }

  func tell(_ letter: Character) {
    var byte = letter.asciiValue ?? 0
    write(channel, &byte, 1)
  }

  /// Sends the signal, and waits for the end. The wait status.
  @discardableResult func end(_ signal: Int32? = nil) -> Int32 {
    if isReaped { return 0 }
    if let signal { kill(pid, signal) }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    isReaped = true
    return status
  }
}
