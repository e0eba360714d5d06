import ArgumentParser

/// A length of time on the command line: `90`, `90s`, `5m`, `2h`.
struct TimeSpan: ExpressibleByArgument, CustomStringConvertible {
  var seconds: Int

  init(seconds: Int) { self.seconds = seconds }
  init?(argument: String) {
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
    var digits = argument[...]
    var unit = 1
    if let last = argument.last, let factor = units[last] {
      unit = factor
      digits = argument.dropLast()
    }
    guard let count = Int(digits), count > 0, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    let (product, overflow) = count.multipliedReportingOverflow(by: unit)
    guard !overflow, product <= 366 * 86400 else { return nil }
    seconds = product
  }
  var description: String { Self.text(seconds) }
  var defaultValueDescription: String { "\(seconds)s" }

  /// `1:02:03`, `2:03` or `5s`.
  static func text(_ seconds: Int) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
    if hours > 0 { return "\(hours):\(twoDigits(minutes)):\(twoDigits(rest))" }
    return minutes > 0 ? "\(minutes):\(twoDigits(rest))" : "\(rest)s"
  }
  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
