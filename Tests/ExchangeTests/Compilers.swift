import Foundation
import Testing

/// The C compilers that exported programs must be good for.
enum Compilers {
  struct Failure: Error, CustomStringConvertible { var description: String }

  /// gcc from PATH; clang from PATH or from the Swift toolchain.
  static let all: [String] = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    func find(_ name: String, _ places: [String]) -> String? {
      places.map { $0 + "/" + name }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
    let swift = find("swift", folders).map {
      URL(filePath: $0).resolvingSymlinksInPath().deletingLastPathComponent().path
    }
    return [find("gcc", folders), find("clang", folders + [swift].compactMap { $0 })].compactMap { $0 }
  }()

  static func run(_ command: String, _ arguments: [String]) throws -> (code: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: command)
    process.arguments = arguments
    // Of a program with a race.
    process.environment = ProcessInfo.processInfo.environment.merging(["KEYWAKE_ROUNDS": "60"]) { $1 }
    process.standardInput = FileHandle.nullDevice
    let file = FileManager.default.temporaryDirectory.appending(path: "keywake-run-\(UUID().uuidString)")
    try Data().write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let handle = try FileHandle(forWritingTo: file)
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    process.waitUntilExit()
    try handle.close()
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    return (process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus, text)
  }

  /// Compiles with all warnings as errors.
  static func compile(_ text: String, with compiler: String, to program: URL) throws {
    let source = program.appendingPathExtension("c")
    try text.write(to: source, atomically: true, encoding: .utf8)
    let result = try run(
      compiler,
      ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", program.path, source.path])
    if result.code != 0 { throw Failure(description: "\(compiler): \(result.output)") }
  }
}

/// A folder that goes with its last reference.
final class TestFolder {
  let url = FileManager.default.temporaryDirectory.appending(path: "keywake-exchange-\(UUID().uuidString)")
  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(at: url) }
}
