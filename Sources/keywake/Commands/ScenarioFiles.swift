import Foundation
import Scenario
import SystemPackage

/// Finds and reads the scenario files that a command line names.
enum ScenarioFiles {
  /// Files as they are named, and those with the ending below folders, sorted by path.
  static func find(_ paths: [String], ending: String = ".kw") throws(CommandFailure) -> [String] {
    try find(paths, endings: [ending])
  }
  static func find(_ paths: [String], endings: [String]) throws(CommandFailure) -> [String] {
    var files: [String] = []
    for path in paths {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw .usage("\(path): no such file or folder")
      }
      if !isFolder.boolValue {
        files.append(path)
        continue
      }
      guard let below = FileManager.default.enumerator(atPath: path) else {
        throw .usage("\(path): cannot be listed")
      }
      let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
      files += below.compactMap { $0 as? String }
        .filter { name in endings.contains { name.hasSuffix($0) } }
        .sorted().map { "\(folder)/\($0)" }
    }
    if files.isEmpty {
      throw CommandFailure(
        message: "no \(endings.joined(separator: " or ")) file in \(paths.joined(separator: ", "))",
        code: .nothingExecuted)
    }
    return files
  }

  /// Reads one file.
  static func read(_ path: String) throws(CommandFailure) -> Scenario { try readText(path).scenario }

  static func readText(_ path: String) throws(CommandFailure) -> ScenarioText {
    let bytes = try readBytes(path)
    do throws(ParseError) {
      return try ScenarioParser.read(bytes, file: path)
    } catch {
      throw .usage("\(error)")
    }
  }

  /// Reads a file in either form: text starts with a letter, a comment or blank space and holds no control bytes.
  static func readEither(_ path: String) throws(CommandFailure) -> ScenarioText {
    let bytes = try readBytes(path)
    let isText = path.hasSuffix(".kw") || bytes.prefix(512).allSatisfy { $0 >= 32 || $0 == 9 || $0 == 10 || $0 == 13 }
    return isText ? try readText(path) : ScenarioText(ScenarioDecoder.decode(bytes))
  }

  /// The file's bytes, up to a little more than a scenario may have.
  static func readBytes(_ path: String) throws(CommandFailure) -> [UInt8] {
    do {
      // A pipe that nobody writes to would hold the command up for ever.
      let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.nonBlocking, .closeOnExec])
      defer { try? file.close() }
      var status = stat()
      guard fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        throw CommandFailure.usage("\(path): expected a regular file")
      }
      var bytes = [UInt8](repeating: 0, count: min(Int(status.st_size), Limits.textBytes + 1))
      var count = 0
      while count < bytes.count {
        let got = try bytes.withUnsafeMutableBytes { try file.read(into: .init(rebasing: $0[count...])) }
        if got == 0 { break }
        count += got
      }
      return Array(bytes[..<count])
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw .usage("\(path): cannot be read: \(error)")
    }
  }
}
