/// HTML and SVG as a tree: text and attributes are always escaped.
package struct HTML: Sendable {
  private indirect enum Node: Sendable {
    case text(String)
    case element(String, [(String, String)], [HTML])
    case list([HTML])
    /// Written as it stands: style sheets of our own.
    case raw(String)
  }
  private let node: Node

  package static func text(_ text: String) -> HTML { HTML(node: .text(text)) }
  package static func list(_ parts: [HTML]) -> HTML { HTML(node: .list(parts)) }
  package static let nothing = HTML.list([])

  package static func element(_ name: StaticString, _ attributes: [(String, String)] = [], _ children: [HTML] = [])
    -> HTML
  {
    HTML(node: .element("\(name)", attributes, children))
  }
  package static func element(_ name: StaticString, _ attributes: [(String, String)] = [], _ text: String) -> HTML {
    element(name, attributes, [.text(text)])
  }
  /// A style sheet that is part of the program.
  package static func style(_ css: StaticString) -> HTML {
    HTML(node: .element("style", [], [HTML(node: .raw("\(css)"))]))
  }

  /// Elements that have no end tag.
  private static let empty: Set = ["meta", "link", "br"]

  package func write(to text: inout String) {
    switch node {
    case .text(let words): text += Self.escaped(words)
    case .raw(let words): text += words
    case .list(let parts): for part in parts { part.write(to: &text) }
    case .element(let name, let attributes, let children):
      text += "<\(name)"
      for (key, value) in attributes { text += " \(key)=\"\(Self.escaped(value))\"" }
      text += ">"
      if Self.empty.contains(name) { return }
      for child in children { child.write(to: &text) }
      text += "</\(name)>"
    }
  }

  /// A whole page.
  package var page: String {
    var text = "<!DOCTYPE html>\n"
    write(to: &text)
    return text + "\n"
  }

  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      // What HTML does not allow in a document at all.
      case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{7F}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
