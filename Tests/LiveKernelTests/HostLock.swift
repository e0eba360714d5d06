import Foundation

/// Tests that change settings of the whole host take turns, in this process and between processes.
enum HostLock {
  static func hold<Value>(_ body: () throws -> Value) throws -> Value {
    let descriptor = open("/tmp/keywake-host-tests.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw POSIXError(.EACCES) }
    defer { close(descriptor) }
    flock(descriptor, LOCK_EX)
    return try body()
  }
}
