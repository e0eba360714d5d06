import CrossCheck
import Foundation

/// Files beside a libFuzzer target's source: its flags and its dictionary.
enum TargetFiles {
  /// `Fuzz/NAME/NAME.ENDING` below the working folder, or beside the corpus that is used without being named.
  private static func path(_ name: String, _ ending: String) -> String? {
    let inside = "Fuzz/\(name)/\(name).\(ending)"
    var places = [inside]
    if let corpus = CorpusFolder.path("races") { places.append("\(corpus)/../../\(inside)") }
    return places.first { FileManager.default.fileExists(atPath: $0) }
  }

  static func dictionary(of name: String) -> String? { path(name, "dict") }

  /// `name = value` lines of the section `[libfuzzer]`, as flags.
  static func flags(of name: String) -> [String] {
    guard let path = path(name, "options"), let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      return []
    }
    return flags(text)
  }

  static func flags(_ text: String) -> [String] {
    var isOurs = false
    var flags: [String] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.trimmingCharacters(in: .whitespaces)
      if line.hasPrefix("[") {
        isOurs = line == "[libfuzzer]"
      } else if isOurs, let equals = line.firstIndex(of: "=") {
        let name = line[..<equals].trimmingCharacters(in: .whitespaces)
        let value = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        if !name.isEmpty, !name.hasPrefix("#") { flags.append("-\(name)=\(value)") }
      }
    }
    return flags
  }
}
