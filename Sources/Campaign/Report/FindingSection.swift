/// A finding on the page: its head always, the rest when it is opened.
struct FindingSection {
  let finding: FindingStatus

  init(_ finding: FindingStatus) { self.finding = finding }

  var html: HTML {
    .element(
      "details", [("class", "finding"), ("id", finding.signature)],
      [
        .element(
          "summary", [],
          [
            .element("span", [("class", "state \(finding.state.rawValue)")], finding.state.rawValue),
            .element("code", [], finding.signature),
            .element(
              "span", [("class", "dim")], "\(Number.grouped(Int64(finding.occurrences)))×, \(finding.rateText)"),
          ]),
        .element("div", [("class", "body")], [facts, timeline, scenario]),
      ])
  }

  private var facts: HTML {
    var lines: [HTML] = []
    func line(_ name: String, _ text: String?) {
      if let text, !text.isEmpty { lines += [.element("dt", [], name), .element("dd", [], text)] }
    }
    line("promised", finding.promised)
    line("seen", finding.seen)
    line("operation", "\(finding.operation), memory \(finding.memory)")
    line(
      finding.variant == nil ? "kernel" : "simulated kernel", finding.variant.map { "version \($0)" } ?? finding.kernel)
    line("found by", "\(finding.source)\(finding.settings.map { " (\($0))" } ?? "")")
    line("first seen", Number.time(finding.firstSeen) + " UTC")
    line("last seen", Number.time(finding.lastSeen) + " UTC")
    line("known issue", finding.knownIssue)
    line("minimal scenario", finding.minimal)
    line("C program", finding.program)
    line("explained step by step", finding.explained)
    return .element("dl", [], lines)
  }

  private var timeline: HTML {
    .list([
      .element("h3", [], "Timeline"),
      .element(
        "ol", [("class", "timeline")],
        finding.timeline.map { event in
          .element(
            "li", [],
            [
              .element("time", [], Number.time(event.at)),
              .element("span", [("class", "state \(event.state.rawValue)")], event.state.rawValue),
              .text(" \(event.text)"),
            ])
        }),
    ])
  }

  private var scenario: HTML {
    finding.scenario.isEmpty
      ? .nothing
      : .list([
        .element("h3", [], finding.minimal == nil ? "Scenario" : "Minimal scenario"),
        .element("pre", [], finding.scenario),
      ])
  }
}
