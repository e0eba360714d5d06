import Foundation

/// The reviewed list of mutants that nobody can tell from the original: `program | change | line | reason`.
struct EquivalentMutants {
  private var reasons: [String: String] = [:]

  func contains(_ name: String) -> Bool { reasons[name] != nil }

  /// Those of the list that are not among `names`, sorted.
  func names(besides names: [String]) -> [String] { Set(reasons.keys).subtracting(names).sorted() }

  /// - Parameters:
  ///   - path: the file; `nil` looks for `equivalent-mutants.txt` in the folders, and takes an empty list without one.
  static func read(_ path: String?, besides folders: [String]) throws(CommandFailure) -> EquivalentMutants {
    let beside = folders.map { $0 + "/equivalent-mutants.txt" }.first { FileManager.default.fileExists(atPath: $0) }
    guard let file = path ?? beside else { return EquivalentMutants() }
    let text = String(decoding: try ScenarioFiles.readBytes(file), as: UTF8.self)
    var list = EquivalentMutants()
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      guard !line.isEmpty, !line.hasPrefix("#") else { continue }
      // The line of the program may hold " | " itself; the reason may not.
      let parts = line.components(separatedBy: " | ")
      guard parts.count >= 4, let reason = parts.last, reason.count > 10 else {
        throw .usage("\(file):\(index + 1):1: expected \"PROGRAM | CHANGE | LINE | REASON\", found \"\(line)\"")
      }
      let name = parts.dropLast().joined(separator: " | ")
      guard list.reasons.updateValue(reason, forKey: name) == nil else {
        throw .usage("\(file):\(index + 1):1: \"\(name)\" is listed twice")
      }
    }
    return list
  }
}
