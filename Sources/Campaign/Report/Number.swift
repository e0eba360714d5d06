import Foundation

/// Numbers and times for people.
public enum Number {
  /// `999`, `1.2k`, `3.4M`.
  public static func short(_ value: Double) -> String {
    let steps: [(Double, String)] = [(1e9, "G"), (1e6, "M"), (1e3, "k")]
    for (step, letter) in steps where value >= step {
      let scaled = value / step
      return String(format: scaled < 10 ? "%.1f" : "%.0f", scaled) + letter
    }
    return value == value.rounded() || value >= 100 ? String(format: "%.0f", value) : String(format: "%.1f", value)
  }

  /// `1,234,567`.
  public static func grouped(_ value: Int64) -> String {
    var digits = Array(String(value).reversed())
    var index = 3
    while index < digits.count, digits[index] != "-" {
      digits.insert(",", at: index)
      index += 4
    }
    return String(digits.reversed())
  }

  /// `5s`, `2m 03s`, `1h 02m`, `3d 4h`.
  public static func duration(_ seconds: Double) -> String {
    let whole = Int(max(0, seconds))
    if whole < 60 { return "\(whole)s" }
    if whole < 3600 { return String(format: "%dm %02ds", whole / 60, whole % 60) }
    if whole < 86400 { return String(format: "%dh %02dm", whole / 3600, whole / 60 % 60) }
    return "\(whole / 86400)d \(whole / 3600 % 24)h"
  }

  /// `2026-11-25 21:42:31`, UTC.
  public static func time(_ seconds: Int64) -> String {
    var clock = time_t(seconds)
    var parts = tm()
    gmtime_r(&clock, &parts)
    return String(
      format: "%04d-%02d-%02d %02d:%02d:%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
      parts.tm_min, parts.tm_sec)
  }

  public static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
}
