import Glibc
import SystemPackage

/// Small file work on the host.
enum HostFiles {
  /// All text of a small file. Files of /proc and /sys have no size to go by.
  static func read(_ path: FilePath) throws(Errno) -> String {
    let fd = open(path.string, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else { throw Errno.last }
    defer { close(fd) }
    return try read(descriptor: fd)
  }

  static func read(descriptor fd: Int32) throws(Errno) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16384)
    while true {
      let got = Glibc.read(fd, &buffer, buffer.count)
      if got < 0 {
        if Glibc.errno == EINTR { continue }
        throw Errno.last
      }
      if got == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<got]
    }
  }

  static func writeAll(_ bytes: [UInt8], to fd: Int32) throws(Errno) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let wrote = rest.withUnsafeBytes { Glibc.write(fd, $0.baseAddress, $0.count) }
      if wrote < 0 {
        if Glibc.errno == EINTR { continue }
        throw Errno.last
      }
      rest = rest.dropFirst(wrote)
    }
  }

  /// The names in a folder, sorted; nil when there is no such folder.
  static func names(in path: FilePath) -> [String]? {
    guard let folder = opendir(path.string) else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Field `number` (counted as in proc_pid_stat(5), from 3 on) of a `stat` text.
  static func statField(_ number: Int, of text: String) -> Substring? {
    // The command name, in parentheses, may hold anything.
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    return fields.indices.contains(number - 3) ? fields[number - 3] : nil
  }

  /// Sixteen random letters and digits: a name that nobody else has.
  static func randomName() -> String {
    var generator = SystemRandomNumberGenerator()
    let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
    return String((0..<16).compactMap { _ in letters.randomElement(using: &generator) })
  }
}
