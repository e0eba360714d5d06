import Glibc
import SystemPackage

/// Where the agent's program is.
enum AgentExecutable {
  static let name = "keywake-agent"

  /// The given path, or the one beside the running program.
  static func find(_ given: FilePath?) throws(LiveKernelError) -> FilePath {
    var candidates: [FilePath] = []
    if let given {
      candidates = [given]
    } else {
      for program in [running, CommandLine.arguments.first.map { FilePath($0) }].compactMap({ $0 }) {
        candidates.append(program.removingLastComponent().appending(name))
      }
    }
    for candidate in candidates where access(candidate.string, X_OK) == 0 { return candidate }
    throw LiveKernelError("\(name) is not at \(candidates.map(\.string).joined(separator: " nor at "))")
  }

  /// A copy of the program in a folder of the run, so that another run's agents have other keys for their text.
  /// `nil` when none can be made there; the program itself serves then.
  static func copy(_ program: FilePath, into folder: FilePath) -> FilePath? {
    let copy = folder.appending(name)
    unlink(copy.string)
    do {
      let source = try FileDescriptor.open(program, .readOnly, options: .closeOnExec)
      defer { try? source.close() }
      let target = try FileDescriptor.open(
        copy, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: [.ownerReadWrite, .ownerExecute])
      defer { try? target.close() }
      try withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 16) { buffer in
        while case let count = try source.read(into: buffer), count > 0 {
          try target.writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
      }
    } catch {
      unlink(copy.string)
      return nil
    }
    return access(copy.string, X_OK) == 0 ? copy : nil
  }

  private static var running: FilePath? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = readlink("/proc/self/exe", &buffer, buffer.count)
    guard length > 0 else { return nil }
    return FilePath(String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }
}
