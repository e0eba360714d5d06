import Foundation

/// A line over time as an inline SVG: an area under the line, two marks on each axis.
struct Plot {
  var title: String
  var unit: String
  /// Seconds of work, and the value then.
  var points: [(x: Double, y: Double)]
  /// A class of the page's style sheet.
  var style: String
  /// Stands where there is nothing to draw.
  var empty = "No data yet."

  private static let width = 400.0
  private static let height = 150.0
  private static let left = 40.0
  private static let bottom = 22.0
  private static let top = 12.0

  var svg: HTML {
    let last = points.last?.y ?? 0
    let summary = "\(title): \(Number.short(last)) \(unit)"
    let head = HTML.element(
      "figcaption", [],
      [
        .element("span", [("class", "label")], title),
        .element("span", [("class", "value")], "\(Number.short(last)) \(unit)"),
      ])
    guard points.count > 1, points.contains(where: { $0.y > 0 }), let first = points.first, let end = points.last,
      end.x > first.x
    else {
      return .element(
        "figure", [("class", "plot \(style)")], [head, .element("p", [("class", "empty")], empty)])
    }
    let highest = Self.roundedUp(points.map(\.y).max() ?? 0)
    func x(_ value: Double) -> Double {
      Self.left + (value - first.x) / (end.x - first.x) * (Self.width - Self.left - 8)
    }
    func y(_ value: Double) -> Double {
      Self.height - Self.bottom - value / highest * (Self.height - Self.bottom - Self.top)
    }
    let path = points.map { "\(Self.number(x($0.x))),\(Self.number(y($0.y)))" }.joined(separator: " L")
    let floor = Self.number(y(0))
    var parts: [HTML] = [.element("title", [], summary)]
    for share in [0.0, 0.5, 1] {
      let place = y(highest * share)
      parts.append(
        .element(
          "line",
          [
            ("x1", Self.number(Self.left)), ("x2", Self.number(Self.width - 8)), ("y1", Self.number(place)),
            ("y2", Self.number(place)), ("class", "grid"),
          ]))
      parts.append(
        .element(
          "text",
          [
            ("x", Self.number(Self.left - 8)), ("y", Self.number(place + 4)), ("class", "tick"), ("text-anchor", "end"),
          ],
          Number.short(highest * share)))
    }
    parts += [
      .element(
        "path",
        [
          ("class", "area"),
          ("d", "M\(Self.number(x(first.x))),\(floor) L\(path) L\(Self.number(x(end.x))),\(floor) Z"),
        ]),
      .element("path", [("class", "line"), ("d", "M\(path)")]),
      Self.tick(first.x, x(first.x), "start"), Self.tick(end.x, x(end.x), "end"),
    ]
    return .element(
      "figure", [("class", "plot \(style)")],
      [
        head,
        .element(
          "svg",
          [
            ("viewBox", "0 0 \(Int(Self.width)) \(Int(Self.height))"), ("role", "img"), ("aria-label", summary),
            ("xmlns", "http://www.w3.org/2000/svg"),
          ], parts),
      ])
  }

  private static func tick(_ seconds: Double, _ place: Double, _ anchor: String) -> HTML {
    .element(
      "text",
      [("x", number(place)), ("y", number(height - 6)), ("class", "tick"), ("text-anchor", anchor)],
      Number.duration(seconds))
  }

  /// The next of 1, 2, 5 times a power of ten.
  static func roundedUp(_ value: Double) -> Double {
    guard value > 0 else { return 1 }
    let power = pow(10, floor(log10(value)))
    for factor in [1.0, 2, 5, 10] where value <= factor * power * 1.000001 { return factor * power }
    return 10 * power
  }

  private static func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
