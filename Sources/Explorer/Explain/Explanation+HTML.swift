import Machine

extension Explanation {
  /// One self-contained page: a timeline drawn as SVG, a column for each thread, time downwards.
  public func html() -> String {
    let columnWidth = 430
    let margin = 64
    let lineHeight = 17
    var y = 92
    var shapes = ""
    var previous: (x: Int, y: Int)?
    let repeats = finding.cycle > 0 ? max(0, steps.count - finding.cycle) : steps.count
    for (index, step) in steps.enumerated() {
      let x = margin + step.thread * columnWidth
      var texts: [(String, String)] = []
      for line in step.lines {
        let indent = String(repeating: "\u{00a0}\u{00a0}", count: min(line.depth, 4))
        texts.append(("code", indent + line.text))
        if let saw = line.saw { texts.append(("saw", indent + "\u{00a0}\u{00a0}\(saw)")) }
      }
      for change in step.changes { texts.append(("change", "\u{25b8} " + change)) }
      let height = max(1, texts.count) * lineHeight + 10
      let isLast = index == steps.count - 1
      let name = isLast && finding.cycle == 0 ? "step fault" : index >= repeats ? "step cycle" : "step"
      if let previous {
        shapes +=
          "<path class=\"link\" d=\"M\(previous.x) \(previous.y) C\(previous.x) \(y - 4) \(x + 8) \(previous.y + 4) \(x + 8) \(y)\"/>"
      }
      let tip = step.lines.map { "\($0.program):\($0.number)  \($0.citation)" }.joined(separator: "\n")
      shapes +=
        "<g><title>\(escape(tip))</title><rect class=\"\(name)\" x=\"\(x)\" y=\"\(y)\" width=\"\(columnWidth - 26)\" height=\"\(height)\" rx=\"5\"/>"
      shapes += "<text class=\"number\" x=\"\(margin - 14)\" y=\"\(y + 17)\">\(index + 1)</text>"
      for (position, (style, text)) in texts.enumerated() {
        let shown = text.count > 58 ? String(text.prefix(57)) + "\u{2026}" : text
        shapes +=
          "<text class=\"\(style)\" x=\"\(x + 10)\" y=\"\(y + 18 + position * lineHeight)\">\(escape(shown))</text>"
      }
      shapes += "</g>"
      previous = (x + 8, y + height)
      y += height + 9
    }
    let width = margin + columns.count * columnWidth
    var heads = ""
    for (index, column) in columns.enumerated() {
      let x = margin + index * columnWidth
      heads += "<text class=\"head\" x=\"\(x + 10)\" y=\"60\">\(escape(column))</text>"
      heads += "<line class=\"lane\" x1=\"\(x - 8)\" y1=\"72\" x2=\"\(x - 8)\" y2=\"\(y)\"/>"
    }
    return """
      <!doctype html><html lang="en"><head><meta charset="utf-8"><title>\(escape(title))</title><style>\(Self.style)</style></head>
      <body><main><h1>\(escape(title))</h1><p>\(escape(about))</p><p class="end">\(escape(conclusion))</p>
      <div class="scroll"><svg role="img" aria-label="\(escape(conclusion))" width="\(width)" height="\(y + 20)" viewBox="0 0 \(width) \(y + 20)">\(heads)\(shapes)</svg></div>
      <p class="note">Time runs downwards; a box is one atomic step. \u{25b8} is what it changed. Hold the pointer over a box for program, line and source.</p>
      </main></body></html>

      """
  }

  /// A page of what is wrong without a race: there are no steps to show.
  public static func page(title: String, text: String) -> String {
    """
    <!doctype html><html lang="en"><head><meta charset="utf-8"><title>\(escape(title))</title><style>\(style)</style></head>
    <body><main><p class="end">\(escape(title))</p><pre>\(escape(text))</pre></main></body></html>

    """
  }

  private static let style = """
    :root{color-scheme:light dark;--ink:#1c2430;--dim:#5b6675;--box:#f3f6fa;--edge:#c5cfdb;--paper:#fff;--bad:#c62828;--badbox:#fdecea;--saw:#1a5fb4;--change:#7a3e00}
    @media(prefers-color-scheme:dark){:root{--ink:#e6ebf2;--dim:#93a0b1;--box:#1b2330;--edge:#3a475a;--paper:#10151d;--bad:#ff8a80;--badbox:#3a1a1a;--saw:#7db4ff;--change:#f0b36a}}
    body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}main{padding:28px 36px}
    h1{font-size:22px;margin:0 0 4px}.end{color:var(--bad);font-weight:600}.note{color:var(--dim);font-size:13px}.scroll{overflow-x:auto}
    text{font:12.5px ui-monospace,Menlo,Consolas,monospace;fill:var(--ink)}text.head{font:600 15px system-ui,sans-serif}
    text.number{fill:var(--dim);text-anchor:end;font-size:11px}text.saw{fill:var(--saw)}text.change{fill:var(--change)}
    rect.step{fill:var(--box);stroke:var(--edge)}rect.fault{fill:var(--badbox);stroke:var(--bad);stroke-width:1.6}
    rect.cycle{fill:var(--badbox);stroke:var(--bad);stroke-dasharray:5 3}.lane{stroke:var(--edge);stroke-dasharray:2 4}
    .link{fill:none;stroke:var(--edge);stroke-width:1.4}
    """

  private func escape(_ text: String) -> String { Self.escape(text) }
  private static func escape(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }
}
