import Foundation

/// The one page: a report to keep, or the live page that renews itself.
public struct CampaignPage {
  let status: CampaignStatus
  /// Seconds after which a browser asks again; `nil` for a report.
  var renewal: Int?

  public init(_ status: CampaignStatus, renewal: Int? = nil) {
    self.status = status
    self.renewal = renewal
  }

  public var text: String {
    var head: [HTML] = [
      .element("meta", [("charset", "utf-8")], []),
      .element("meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")], []),
      .element("title", [], "Keywake: \(title)"), StyleSheet.html,
    ]
    if let renewal { head.append(.element("meta", [("http-equiv", "refresh"), ("content", "\(renewal)")], [])) }
    return HTML.element(
      "html", [("lang", "en")],
      [
        .element("head", [], head),
        .element(
          "body", [],
          [
            .element(
              "main", [],
              [
                .element("h1", [], "Keywake campaign"), .element("p", [("class", "sub")], subtitle), tiles, plots,
                findings, kinds, workers, troubles, host, again,
              ])
          ]),
      ]
    ).page
  }

  private var title: String {
    let count = status.findings.count
    return "\(count) \(count == 1 ? "finding" : "findings")"
  }

  private var subtitle: String {
    let state = status.isWorking ? "at work" : "stopped\(status.run?.stopped.map { ": \($0)" } ?? "")"
    return "\(status.folder), \(state). Linux \(status.run?.kernel ?? "-"), Keywake \(status.run?.tool ?? "-"). "
      + "Read \(Number.time(status.at)) UTC."
  }

  private var tiles: HTML {
    func tile(_ value: String, _ label: String) -> HTML {
      .element("div", [("class", "tile")], [.element("b", [], value), .element("span", [], label)])
    }
    let confirmed = status.findings.filter { $0.state == .confirmed }.count
    return .element(
      "div", [("class", "tiles")],
      [
        tile("\(confirmed)", "confirmed findings"), tile("\(status.findings.count)", "findings in all"),
        tile(Number.short(Double(status.executions)), "executions"),
        tile(Number.short(status.rate), "executions a second"),
        tile(Number.short(Double(status.coverage)), "counters covered"),
        tile(Number.duration(status.worked), "of work"),
      ])
  }

  private var plots: HTML {
    let samples = status.samples
    func line(_ value: (SampleRow) -> Double) -> [(x: Double, y: Double)] { samples.map { ($0.worked, value($0)) } }
    return .element(
      "div", [("class", "plots")],
      [
        Plot(title: "Rate", unit: "executions/s", points: Rates.over(samples), style: "rate").svg,
        Plot(
          title: "Coverage", unit: "counters", points: line { Double($0.coverage) }, style: "coverage",
          empty: "No coverage-guided target has worked here."
        ).svg,
        Plot(
          title: "Findings", unit: "signatures", points: line { Double($0.findings) }, style: "found",
          empty: "None so far."
        ).svg,
      ])
  }

  private var findings: HTML {
    let groups = FindingGroup.of(status.findings)
    let list: [HTML] =
      groups.isEmpty ? [.element("p", [("class", "dim")], "None so far.")] : groups.map(Self.findings)
    let title = groups.count < status.findings.count ? FindingGroup.count(groups) : "Findings"
    return .list([.element("h2", [], title)] + list)
  }

  /// The first of a kind; the others below it, folded.
  private static func findings(_ group: FindingGroup) -> HTML {
    let sections = group.findings.map { FindingSection($0).html }
    guard sections.count > 1 else { return .list(sections) }
    return .list([
      sections[0],
      .element(
        "details", [("class", "others")],
        [
          .element(
            "summary", [("class", "dim")], "and \(sections.count - 1) more of its kind: \(group.otherMemory)")
        ] + sections.dropFirst()),
    ])
  }

  static func table(_ head: [(text: String, isNumber: Bool)], _ rows: [[String]]) -> HTML {
    func cell(_ name: StaticString, _ text: String, _ index: Int) -> HTML {
      .element(name, head[index].isNumber ? [("class", "number")] : [], text)
    }
    return .element(
      "div", [("class", "panel")],
      [
        .element(
          "table", [],
          [.element("tr", [], head.indices.map { cell("th", head[$0].text, $0) })]
            + rows.map { row in .element("tr", [], row.indices.map { cell("td", row[$0], $0) }) })
      ])
  }

  private var kinds: HTML {
    let rows = status.kinds.map { kind in
      [
        kind.name, "\(kind.shifts)", Number.grouped(kind.executions), Number.short(kind.rate),
        kind.coverage.map { Number.grouped($0) } ?? "-", kind.corpus > 0 ? "\(kind.corpus)" : "-", "\(kind.findings)",
        Number.duration(kind.seconds), "\(kind.troubles)",
      ]
    }
    return .list([
      .element("h2", [], "Work by kind"),
      Self.table(
        [
          ("kind", false), ("shifts", true), ("executions", true), ("a second", true), ("counters", true),
          ("inputs", true), ("findings", true), ("time", true), ("troubles", true),
        ], rows),
    ])
  }

  private var workers: HTML {
    guard !status.workers.isEmpty else { return .nothing }
    return .list([
      .element("h2", [], "Workers"),
      Self.table(
        [("worker", true), ("kind", false), ("for", true)],
        status.workers.map { ["\($0.slot + 1)", $0.kind, Number.duration(Double(status.at - $0.since))] }),
    ])
  }

  private var troubles: HTML {
    guard !status.troubles.isEmpty else { return .nothing }
    return .list([
      .element("h2", [], "Workers that did not end as they should"),
      Self.table(
        [("when, UTC", false), ("kind", false), ("how", false), ("what it said", false)],
        status.troubles.map { [Number.time($0.ended ?? $0.started), $0.kind, $0.state.rawValue, $0.note ?? ""] }),
    ])
  }

  private var host: HTML {
    var lines: [HTML] = []
    func line(_ name: String, _ text: String) {
      lines += [.element("dt", [], name), .element("dd", [], text)]
    }
    line("runs of the campaign", "\(status.runs)")
    if let version = status.versionUnderTest { line("under test", version) }
    line("self-test", status.run?.selfTest ?? "not yet run")
    line("time in the store", Number.percent(status.storeShare))
    line("workers' time for triage", Number.percent(status.triageShare))
    line("memory of the campaign", status.samples.last.map { "\($0.memory / 1024) MiB" } ?? "-")
    let capabilities = CapabilityList(status.run?.capabilities)
    line("capabilities", "\(capabilities.present) of \(capabilities.entries.count)")
    for entry in capabilities.entries where entry.status != "yes" { line("without \(entry.name)", entry.status) }
    return .list([.element("h2", [], "Host and campaign"), .element("dl", [], lines)])
  }

  private var again: HTML {
    .list([
      .element("h2", [], "How to see it again"),
      .element(
        "pre", [],
        """
        keywake replay \(status.folder)/findings/SIGNATURE/scenario.kw
        keywake minimize \(status.folder)/findings/SIGNATURE/scenario.kw
        keywake explain \(status.folder)/findings/SIGNATURE/scenario.min.kw --variant V   # of the simulated kernel
        keywake campaign \(status.folder)          # goes on where it was
        """),
    ])
  }
}
