import Glibc

/// What the standard error stream can show: progress and colour only where a person looks at a terminal.
struct Terminal: Sendable {
  let isInteractive: Bool
  let hasColour: Bool
  let width: Int

  init(environment: (String) -> String? = { getenv($0).map { String(cString: $0) } }) {
    isInteractive = isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb"
    hasColour = isInteractive && environment("NO_COLOR") == nil
    var size = winsize()
    width = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20 ? Int(size.ws_col) : 80
  }

  enum Colour: String {
    case red = "31"
    case green = "32"
    case yellow = "33"
    case blue = "34"
    case cyan = "36"
    case dim = "2"
    case bold = "1"
  }

  func paint(_ text: String, _ colour: Colour) -> String { Self.paint(text, colour, if: hasColour) }

  static func paint(_ text: String, _ colour: Colour, if hasColour: Bool) -> String {
    hasColour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// Colour for standard output, when that is a terminal.
  static var outputHasColour: Bool { isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil }
}

/// Writes whole lines to a stream, past any buffer of the C library.
enum Stream {
  case output
  case error

  func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    let descriptor = self == .output ? STDOUT_FILENO : STDERR_FILENO
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { return }
      bytes = bytes.dropFirst(written)
    }
  }
  func line(_ text: String = "") { write(text + "\n") }
}
