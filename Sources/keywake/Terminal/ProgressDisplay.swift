/// Progress of long work: one line that is drawn again on a terminal, a plain line now and then elsewhere.
struct ProgressDisplay {
  let terminal: Terminal
  /// Seconds between two drawings.
  private let interval: Double
  private var next: Double = 0
  private var isDrawn = false

  init(terminal: Terminal) {
    self.terminal = terminal
    interval = terminal.isInteractive ? 0.2 : 10
    next = terminal.isInteractive ? 0 : 10
  }

  /// Draws when it is time to. `elapsed` in seconds since the work began.
  mutating func update(elapsed: Double, _ text: () -> String) {
    guard elapsed >= next else { return }
    next = elapsed + interval
    draw(text())
  }

  private mutating func draw(_ text: String) {
    if terminal.isInteractive {
      Stream.error.write("\r\u{1B}[2K" + Self.clipped(text, to: terminal.width))
      isDrawn = true
    } else {
      Stream.error.line(text)
    }
  }

  /// Writes a line that stays, above the progress.
  mutating func announce(_ text: String) {
    erase()
    Stream.error.line(text)
    if terminal.isInteractive { next = 0 }
  }

  mutating func erase() {
    if isDrawn { Stream.error.write("\r\u{1B}[2K") }
    isDrawn = false
  }

  /// Cuts to the terminal's width, not counting colour sequences.
  static func clipped(_ text: String, to width: Int) -> String {
    var visible = 0
    var result = ""
    var inSequence = false
    for character in text {
      if character == "\u{1B}" { inSequence = true }
      if !inSequence {
        guard visible < width - 1 else { continue }
        visible += 1
      }
      result.append(character)
      if inSequence && character.isLetter { inSequence = false }
    }
    return result
  }
}
