import Machine

/// A counterexample as a reader sees it: steps in order, a column for each thread, beside each line the kernel
/// statement it stands for, what it saw and what it changed.
public struct Explanation: Sendable {
  public var title: String
  public var about: String
  public var columns: [String]
  public var steps: [TraceStep]
  public var finding: Finding
  public var conclusion: String

  /// - Parameter outcome: for a forbidden outcome, what the lanes come to.
  public init(_ race: Race, _ finding: Finding, outcome: String? = nil) {
    title = "\(race.litmus.name) on \(race.versions)"
    about = race.litmus.about
    columns = race.litmus.lanes.map(\.name)
    steps = race.trace(finding.schedule)
    self.finding = finding
    let place: String
    if let line = finding.line, let program = race.programs[finding.program], program.lines.indices.contains(line) {
      place = "\(finding.program), line \(program.lines[line].number): \(program.lines[line].text)"
    } else {
      place = finding.program.isEmpty ? "at the end" : "at the end of \(finding.program)"
    }
    if let outcome {
      conclusion = "the race ends with \(outcome): \(finding.kind.text)"
      return
    }
    let name = columns.indices.contains(finding.thread) ? columns[finding.thread] : "?"
    let cycle = finding.cycle > 0 ? "; the last \(finding.cycle) steps repeat for ever" : ""
    conclusion = "\(finding.kind.text) (\(name); \(place))\(cycle)"
  }

  /// The timeline as text, `width` characters a column.
  public func text(width: Int = 52) -> String {
    var output = "\(title)\n\(about)\n\n"
    let numberWidth = 5
    output += pad("", numberWidth)
    for column in columns { output += pad(column, width) }
    output += "\n" + String(repeating: "-", count: numberWidth + width * columns.count) + "\n"
    let repeats = finding.cycle > 0 ? max(0, steps.count - finding.cycle) : steps.count
    for (index, step) in steps.enumerated() {
      if finding.cycle > 0, index == repeats { output += "     the cycle:\n" }
      for (position, line) in step.lines.enumerated() {
        let number = position == 0 ? String(index + 1) : ""
        let indent = String(repeating: "  ", count: min(line.depth, 4))
        row(&output, number, step.thread, indent + line.text, width)
        if let saw = line.saw { row(&output, "", step.thread, indent + "    \(saw)", width) }
      }
      for (position, change) in step.changes.enumerated() {
        // What leaves a store buffer is a step without a line.
        let number = step.lines.isEmpty && position == 0 ? String(index + 1) : ""
        row(&output, number, step.thread, "      * \(change)", width)
      }
    }
    output += "\n=> \(conclusion)\n"
    return output
  }

  private func row(_ output: inout String, _ number: String, _ thread: Int, _ text: String, _ width: Int) {
    let margin = pad(number, 5) + String(repeating: " ", count: thread * width)
    let continued = String(repeating: " ", count: 5 + thread * width)
    for (index, piece) in Self.pieces(text, width - 2).enumerated() {
      output += (index == 0 ? margin : continued) + piece + "\n"
    }
  }

  /// A text in pieces of at most so many characters, cut between words where there are some, each but the first indented
  /// further than the text itself.
  static func pieces(_ text: String, _ width: Int) -> [String] {
    let indent = min(text.prefix { $0 == " " }.count + 4, width / 2)
    var pieces: [String] = []
    var rest = text[...]
    var start = ""
    while start.count + rest.count > width {
      let part = rest.prefix(width - start.count)
      let body = part.drop { $0 == " " }
      let isWhole = rest.dropFirst(part.count).first == " "
      let cut = isWhole ? part.endIndex : body.lastIndex(of: " ") ?? part.endIndex
      pieces.append(start + rest[..<cut])
      rest = rest[cut...].drop { $0 == " " }
      start = String(repeating: " ", count: indent)
    }
    return rest.isEmpty && !pieces.isEmpty ? pieces : pieces + [start + rest]
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
