import Glibc
import SystemPackage

/// Held by the one process that writes into a campaign's folder. The kernel lets go of it however the process ends.
final class CampaignLock {
  private let file: CInt

  /// - Throws: when another process has it; its number is in the error.
  init(_ folder: CampaignFolder) throws(CampaignError) {
    file = open(folder.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else {
      throw CampaignError("cannot open \(folder.lock): \(Errno(rawValue: errno))", isUsage: true)
    }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      let error = Errno(rawValue: errno)
      var buffer = [UInt8](repeating: 0, count: 32)
      let length = pread(file, &buffer, buffer.count, 0)
      close(file)
      let owner = String(decoding: buffer.prefix(max(0, length)).prefix { $0 != 10 }, as: UTF8.self)
      throw CampaignError(
        error == .wouldBlock
          ? "another campaign is at work in \(folder.path): process \(owner)"
          : "cannot lock \(folder.lock): \(error)", isUsage: true)
    }
    let text = "\(getpid())\n"
    ftruncate(file, 0)
    _ = text.withCString { pwrite(file, $0, strlen($0), 0) }
  }

  deinit { close(file) }

  /// Whether some process has it.
  static func isHeld(_ folder: CampaignFolder) -> Bool {
    let file = open(folder.lock, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    if flock(file, LOCK_SH | LOCK_NB) == 0 { return false }
    return errno == EWOULDBLOCK
  }
}
