/// The parts of the C runtime. A program gets those that it needs and no others: what is not used would be a warning,
/// and noise to its reader.
struct RuntimeSections {
  private struct Section {
    var name: String
    var needs: [String]
    var lines: [Substring]
  }
  private let sections: [Section]

  init() {
    var sections: [Section] = []
    let text = String(decoding: PackageResources.runtime_c, as: UTF8.self)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("/*@ section: ") {
        let fields = line.dropFirst(13).dropLast(3).split(separator: ";")
        let needs = fields.count > 1 ? fields[1].split(separator: " ").dropFirst().map(String.init) : []
        sections.append(Section(name: String(fields[0]), needs: needs, lines: []))
      } else if !sections.isEmpty {
        sections[sections.count - 1].lines.append(line)
      }
    }
    self.sections = sections
  }

  /// Names of all sections.
  var names: [String] { sections.map(\.name) }
  /// Names that a section needs and that do not exist: none, which a test checks.
  var missing: [String] { sections.flatMap(\.needs).filter { !names.contains($0) } }

  /// The text of the wanted sections and of what they need, in the file's order.
  func text(of wanted: Set<String>) -> String {
    var needed = wanted
    for section in sections.reversed() where needed.contains(section.name) { needed.formUnion(section.needs) }
    var lines: [Substring] = []
    for section in sections where needed.contains(section.name) {
      var body = section.lines[...]
      while body.last?.isEmpty == true { body.removeLast() }
      if !lines.isEmpty { lines.append("") }
      lines += body
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
