/// A status in lines, for a terminal or a file.
public struct StatusText {
  let status: CampaignStatus
  let width: Int
  /// Paints a word: its text, and the name of a state or kind of text.
  let paint: (String, Style) -> String

  public enum Style: Sendable { case bold, dim, good, bad, warn, info }

  public init(_ status: CampaignStatus, width: Int, paint: @escaping (String, Style) -> String = { text, _ in text }) {
    self.status = status
    self.width = width
    self.paint = paint
  }

  /// - Parameter mostFindings: how many are listed.
  public func lines(mostFindings: Int = .max) -> [String] {
    var lines = [head, totals] + sparklines + [""] + kinds
    if !status.workers.isEmpty { lines += ["", workers] }
    lines += [""] + findings(mostFindings)
    if let trouble = status.troubles.first {
      let count = status.kinds.reduce(0) { $0 + $1.troubles }
      lines.append(
        paint("\(count) \(count == 1 ? "worker" : "workers") ended in trouble", .warn)
          + ", last \(trouble.kind): \(trouble.state.rawValue)\(trouble.note.map { ", \($0)" } ?? "")")
    }
    return lines
  }

  private var head: String {
    let state =
      status.isWorking
      ? paint("at work", .good) : "stopped\(status.run?.stopped.map { " (\($0))" } ?? "")"
    return "\(paint("campaign", .bold)) \(status.folder): \(state), \(Number.duration(status.worked)) of work in "
      + "\(status.runs) \(status.runs == 1 ? "run" : "runs")" + (status.versionUnderTest.map { "; \($0)" } ?? "")
  }

  private var totals: String {
    "\(Number.grouped(status.executions)) executions, \(Number.short(status.rate))/s; \(Number.grouped(status.coverage)) "
      + "counters, \(Number.grouped(status.corpus)) inputs; store \(Number.percent(status.storeShare)), triage "
      + "\(Number.percent(status.triageShare)); last new: \(status.lastNew ?? "nothing yet")"
  }

  private var sparklines: [String] {
    let room = max(10, min(60, width - 30))
    var lines: [String] = []
    func line(_ name: String, _ values: [Double], _ last: String) {
      let text = Sparkline.text(values, width: room)
      if !text.isEmpty { lines.append("\(padded(name, 9)) \(paint(text, .info)) \(last)") }
    }
    line("rate", Rates.over(status.samples).map(\.y), "\(Number.short(status.rate))/s")
    line("coverage", status.samples.map { Double($0.coverage) }, Number.grouped(status.coverage))
    return lines
  }

  private var kinds: [String] {
    let rows = status.kinds.map { kind in
      [
        kind.name, "\(kind.shifts)", Number.grouped(kind.executions), Number.short(kind.rate),
        kind.coverage.map { Number.grouped($0) } ?? "-", "\(kind.corpus)", "\(kind.findings)", "\(kind.troubles)",
      ]
    }
    return table([["kind", "shifts", "executions", "a second", "counters", "inputs", "findings", "troubles"]] + rows)
  }

  private func table(_ rows: [[String]]) -> [String] {
    guard let first = rows.first else { return [] }
    let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.enumerated().map { number, row in
      let text = row.enumerated().map { column, cell in
        column == 0 ? padded(cell, widths[0]) : String(repeating: " ", count: widths[column] - cell.count) + cell
      }.joined(separator: "  ")
      return number == 0 ? paint(text, .dim) : text
    }
  }

  private var workers: String {
    "workers: "
      + status.workers.map { "\($0.slot + 1) \($0.kind) \(Number.duration(Double(status.at - $0.since)))" }
      .joined(separator: ", ")
  }

  private func findings(_ most: Int) -> [String] {
    if status.findings.isEmpty { return ["no findings"] }
    let groups = FindingGroup.of(status.findings)
    let lines = [FindingGroup.count(groups) + ":"]
    // All of them, where there is room; else the first of each kind.
    guard status.findings.count > most else { return lines + groups.flatMap(\.findings).map(line) }
    let shown = groups.prefix(most).flatMap { group in
      let others = group.findings.count - 1
      return group.findings.prefix(1).map(line)
        + (others > 0 ? [paint("            and \(others) more of its kind: \(group.otherMemory)", .dim)] : [])
    }
    return lines + shown
      + (groups.count > most
        ? ["  and \(groups.count - most) more \(groups.count - most == 1 ? "kind" : "kinds")"] : [])
  }

  private func line(_ finding: FindingStatus) -> String {
    let what =
      finding.program ?? finding.explained ?? finding.minimal ?? finding.knownIssue.map { "known issue \($0)" } ?? ""
    return "  \(paint(padded(finding.state.rawValue, 9), Self.style(finding.state))) \(finding.signature)  "
      + "\(Number.grouped(Int64(finding.occurrences)))x, \(finding.rateText)\(what.isEmpty ? "" : "  \(what)")"
  }

  private static func style(_ state: FindingState) -> Style {
    switch state {
    case .confirmed: .bad
    case .new: .info
    case .flaky: .warn
    case .known, .fixed: .good
    }
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
