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

  private static var running: FilePath? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = readlink("/proc/self/exe", &buffer, buffer.count)
    guard length > 0 else { return nil }
    return FilePath(String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }
}
