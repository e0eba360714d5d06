import Glibc
import LiveKernel

/// What `/proc` shows of a process.
enum ProcessLook {
  static func descriptors(_ process: Int32) -> Int {
    guard let folder = opendir("/proc/\(process)/fd") else { return -1 }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count
  }

  static func text(_ process: Int32, _ name: String) -> String {
    guard let file = fopen("/proc/\(process)/\(name)", "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = fgetc(file), byte >= 0 { bytes.append(UInt8(byte)) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Starts a shell command beside the test.
  static func shell(_ command: String) throws -> pid_t {
    var process: pid_t = 0
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sh"), strdup("-c"), strdup(command), nil]
    defer { for argument in arguments { free(argument) } }
    let error = posix_spawn(&process, "/bin/sh", nil, nil, &arguments, nil)
    if error != 0 { throw LiveKernelError("no shell: \(error)") }
    return process
  }

  static func wait(for process: pid_t) {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
  }

  static func lines(_ process: Int32, _ name: String) -> Int { text(process, name).count { $0 == "\n" } }

  static func state(_ process: Int32) -> String {
    let after = text(process, "stat").split(separator: ")").last ?? ""
    return String(after.split(separator: " ").first ?? "")
  }
}
