import Campaign

/// The live screen of a campaign: on a terminal drawn over itself, elsewhere a line now and then.
struct CampaignScreen {
  let terminal: Terminal
  private var drawn = 0
  private var next = 0.0

  init(terminal: Terminal) {
    self.terminal = terminal
    next = terminal.isInteractive ? 0 : Clock.now + 10
  }

  static func paint(if hasColour: Bool) -> (String, StatusText.Style) -> String {
    { text, style in
      let colour: Terminal.Colour =
        switch style {
        case .bold: .bold
        case .dim: .dim
        case .good: .green
        case .bad: .red
        case .warn: .yellow
        case .info: .cyan
        }
      return Terminal.paint(text, colour, if: hasColour)
    }
  }

  /// Draws when it is time to.
  mutating func update(_ left: Int?, _ status: () throws -> CampaignStatus) rethrows {
    guard Clock.now >= next else { return }
    next = Clock.now + (terminal.isInteractive ? 1 : 10)
    let status = try status()
    let time = left.map { "\(TimeSpan.text(max(0, $0))) left" }
    guard terminal.isInteractive else {
      let parts = [
        time, "\(Number.grouped(status.executions)) executions", "\(Number.short(status.rate))/s",
        "\(Number.grouped(status.coverage)) counters", "\(status.findings.count) findings",
        "\(status.workers.count) workers",
      ]
      return Stream.error.line(parts.compactMap { $0 }.joined(separator: "  "))
    }
    let lines =
      StatusText(status, width: terminal.width, paint: Self.paint(if: terminal.hasColour)).lines(mostFindings: 12)
      + [terminal.paint("\(time.map { "\($0); " } ?? "")Ctrl-C ends it in order", .dim)]
    erase()
    for line in lines { Stream.error.line(ProgressDisplay.clipped(line, to: terminal.width)) }
    drawn = lines.count
  }

  /// Writes a line that stays, above the screen.
  mutating func announce(_ text: String) {
    erase()
    Stream.error.line(text)
    if terminal.isInteractive { next = 0 }
  }

  mutating func erase() {
    if drawn > 0 { Stream.error.write("\u{1B}[\(drawn)A\r\u{1B}[J") }
    drawn = 0
  }
}
