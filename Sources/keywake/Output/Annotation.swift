import ArgumentParser
import CrossCheck
import Foundation
import LiveKernel

/// A line that a continuous-integration system shows beside the file it names: GitHub's workflow commands.
struct Annotation {
  enum Form: String, ExpressibleByArgument, CaseIterable { case github }

  var title: String
  var message: String
  var file: String
  var line: Int

  /// `nil` for what needs nobody's attention.
  init?(_ verdict: Verdict, file: String, waiters: WaiterKind) {
    self.file = file
    switch verdict {
    case .agree, .known, .skipped, .undecided: return nil
    case .harnessFault(let reason):
      title = "keywake: harness fault"
      message = "\(waiters.rawValue) waiters: \(reason)"
      line = 1
    case .disagree(let divergence):
      title = "keywake: \(divergence.rule)"
      message =
        "\(divergence.operation) with \(waiters.rawValue) waiters: promised \(divergence.promised); seen "
        + divergence.seen
      let text = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
      line = Self.line(of: divergence.position, in: text) ?? 1
    }
  }

  init(unreadable message: String, file: String) {
    self.file = file
    self.message = message
    title = "keywake: unreadable"
    // FILE:LINE:COLUMN: ...
    let rest = message.hasPrefix(file + ":") ? message.dropFirst(file.count + 1) : ""
    line = Int(rest.prefix { $0.isNumber }) ?? 1
  }

  var text: String {
    "::error file=\(Self.escaped(file, isProperty: true)),line=\(line),title=\(Self.escaped(title, isProperty: true))::"
      + Self.escaped(message, isProperty: false)
  }

  /// 1-based line of the operation with this index.
  static func line(of position: Int, in text: String) -> Int? {
    var left = position
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
      guard let first = words.first, !["keywake", "race", "end"].contains(first) else { continue }
      if first == "schedule" { return nil }
      // A lane holds several, with semicolons between.
      let count = first == "lane" ? words.filter { $0 == ";" }.count + 1 : 1
      if left < count { return index + 1 }
      left -= count
    }
    return nil
  }

  /// `%`, line ends, and in a property colons and commas, too.
  static func escaped(_ text: String, isProperty: Bool) -> String {
    text.map { character in
      switch character {
      case "%": "%25"
      case "\r": "%0D"
      case "\n": "%0A"
      case "\r\n": "%0D%0A"
      case ":" where isProperty: "%3A"
      case "," where isProperty: "%2C"
      default: String(character)
      }
    }.joined()
  }
}
