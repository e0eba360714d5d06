import Campaign
import CrossCheck
import Explorer
import Foundation
import Machine

/// The history as pages: `index.html`, a table of races and versions with the reasons, and for each way in which a race
/// goes wrong a page with the interleaving that shows it.
struct HistoryPages {
  let work: Exploration
  /// By the names of the table's rows.
  let races: [String: (litmus: Litmus, memory: MemoryModel)]
  let reasons: [ReviewedHistory.Row]

  /// Cells of a race with the same verdict; the first one is explained.
  private struct Group: Sendable {
    var cells: [HistoryTable.Cell]
    var page: String?
    var first: HistoryTable.Cell { cells[0] }
  }

  /// - Parameter reasons: the files of the reviewed tables; one that is missing gives no reasons.
  init(_ work: Exploration, _ inputs: [MachineFiles.Input], reasons files: [String]) throws(CommandFailure) {
    self.work = work
    var races: [String: (litmus: Litmus, memory: MemoryModel)] = [:]
    for case .litmus(let litmus) in inputs {
      for memory in work.memories { races[HistoryTable.name(of: litmus, memory)] = (litmus, memory) }
    }
    self.races = races
    var rows: [ReviewedHistory.Row] = []
    for file in files {
      guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { continue }
      do throws(ReviewedHistory.Failure) { rows += try ReviewedHistory(text: text, file: file).rows } catch {
        throw CommandFailure.usage("\(error)")
      }
    }
    reasons = rows
  }

  /// Writes all pages into a folder, which is made.
  /// - Returns: how many traces there are.
  func write(to folder: String) throws -> Int {
    try Corpus.makeFolder(folder)
    var rows: [(name: String, groups: [Group])] = []
    for name in work.table.litmus {
      var groups: [Group] = []
      for cell in work.table.cells where cell.litmus == name {
        if let index = groups.firstIndex(where: { $0.first.verdict == cell.verdict }) {
          groups[index].cells.append(cell)
        } else {
          groups.append(Group(cells: [cell]))
        }
      }
      for index in groups.indices where groups[index].first.report.verdict == .disagree {
        groups[index].page = Self.page(groups[index].first)
      }
      rows.append((name, groups))
    }
    let explained = rows.flatMap(\.groups).filter { $0.page != nil }.map(\.first)
    let pages = SearchPool(jobs: work.search.jobs).map(explained, explain)
    for (cell, text) in zip(explained, pages) {
      if let text { try Corpus.write(Array(text.utf8), to: "\(folder)/\(Self.page(cell))") }
    }
    try Corpus.write(Array(index(rows).utf8), to: "\(folder)/index.html")
    return explained.count
  }

  private static func page(_ cell: HistoryTable.Cell) -> String {
    let name = [cell.litmus, cell.variant, cell.rmap, cell.wake].compactMap { $0 }.joined(separator: "--")
    return String(name.map { $0.isLetter || $0.isNumber || ".-".contains($0) ? $0 : "-" }) + ".html"
  }

  private func explain(_ cell: HistoryTable.Cell) -> String? {
    guard let (litmus, memory) = races[cell.litmus], var finding = cell.report.findings.first,
      let race = try? Race(
        litmus, variant: cell.variant ?? work.table.variants.first ?? "derive.current",
        rmap: cell.rmap ?? Linker.currentReverseMap, library: work.library, memory: memory, wake: cell.wake)
    else { return nil }
    if finding.cycle == 0, let schedule = FewestSwitches.schedule(race, for: finding) { finding.schedule = schedule }
    return Explanation(race, finding).html()
  }

  // MARK: The index

  private func index(_ rows: [(name: String, groups: [Group])]) -> String {
    let tables = [
      table("Key derivations", rows, work.table.variants, \.variant),
      work.table.rmaps.count > 1 ? table("Reverse-map lookups", rows, work.table.rmaps, \.rmap) : .nothing,
    ]
    let disagree = work.table.cells.count { $0.report.verdict == .disagree }
    return HTML.element(
      "html", [("lang", "en")],
      [
        .element(
          "head", [],
          [
            .element("meta", [("charset", "utf-8")]),
            .element("meta", [("name", "viewport"), ("content", "width=device-width,initial-scale=1")]),
            .element("title", [], "Which version broke what"), Self.style,
          ]),
        .element(
          "body", [],
          [
            .element(
              "main", [],
              [
                .element("h1", [], "Which version broke what"),
                .element(
                  "p", [("class", "sub")],
                  "\(rows.count) races, \(work.table.cells.count) searches, \(SummaryText.grouped(UInt64(work.states))) states, "
                    + "every interleaving: \(disagree) break a rule. A red cell leads to the interleaving that shows it."
                ),
                legend, .list(tables), why(rows),
              ])
          ]),
      ]
    ).page
  }

  private static let marks: [(mark: String, meaning: String)] = [
    (".", "ok"), ("W", "waits for a page lock that is held for ever"), ("K", "wrong key"), ("E", "spurious error"),
    ("L", "never returns"), ("S", "lost wakeup"), ("U", "use after free"), ("A", "wrong anon_vma, tree or lock"),
    ("M", "page missed"), ("V", "entry not verified"), ("!", "WARN or BUG"), ("?", "undecided"), ("X", "other"),
  ]
  private static func style(of mark: String) -> String {
    switch mark {
    case ".": "ok"
    case "W", "?": "mild"
    default: "bad"
    }
  }

  private var legend: HTML {
    let seen = Set(work.table.cells.map(HistoryTable.mark))
    return .element(
      "p", [("class", "legend")],
      Self.marks.filter { seen.contains($0.mark) }.map { mark, meaning in
        .element(
          "span", [],
          [.element("b", [("class", Self.style(of: mark))], mark == "." ? "·" : mark), .text(" \(meaning)")])
      })
  }

  private func table(
    _ title: String, _ rows: [(name: String, groups: [Group])], _ columns: [String],
    _ column: (HistoryTable.Cell) -> String?
  ) -> HTML {
    let used = rows.filter { $0.groups.contains { $0.cells.contains { column($0) != nil } } }
    if used.isEmpty { return .nothing }
    let head = HTML.element(
      "tr", [],
      [.element("th", [], "race")]
        + columns.map { .element("th", [("class", "version")], [.element("span", [], HistoryTable.short($0))]) })
    let lines = used.map { row in
      HTML.element(
        "tr", [],
        [
          .element(
            "th", [("title", races[row.name]?.litmus.about ?? "")],
            [.element("a", [("href", "#\(row.name)")], row.name)])
        ]
          + columns.map { wanted in
            let mine = row.groups.flatMap { group in
              group.cells.filter { column($0) == wanted }.map { (cell: $0, page: group.page) }
            }
            let worst = mine.first { $0.page != nil } ?? mine.first { HistoryTable.mark($0.cell) != "." } ?? mine.first
            guard let worst else { return .element("td", [], "") }
            let mark = HistoryTable.mark(worst.cell)
            let shown = mark == "." ? "·" : mark
            let tip = "\(row.name) on \(HistoryTable.short(wanted)): \(worst.cell.verdict)"
            return .element(
              "td", [("class", Self.style(of: mark)), ("title", tip)],
              [worst.page.map { .element("a", [("href", $0)], shown) } ?? .text(shown)])
          })
    }
    return .element(
      "section", [],
      [
        .element("h2", [], title),
        .element(
          "div", [("class", "scroll")],
          [.element("table", [], [.element("thead", [], [head]), .element("tbody", [], lines)])]),
      ])
  }

  /// Race by race: what it is about, who breaks what, and why.
  private func why(_ rows: [(name: String, groups: [Group])]) -> HTML {
    .element(
      "section", [],
      [.element("h2", [], "Race by race")]
        + rows.map { row in
          let groups = row.groups.filter { $0.first.verdict != "ok" }
          return .element(
            "article", [("id", row.name)],
            [.element("h3", [], row.name), .element("p", [], races[row.name]?.litmus.about ?? "")]
              + groups.map { group in
                let label = group.cells.map { cell in
                  [cell.variant, cell.rmap, cell.wake].compactMap { $0 }.first.map(HistoryTable.short) ?? ""
                }
                let versions = NSOrderedSet(array: label).array.compactMap { $0 as? String }.joined(separator: " ")
                let verdict = HTML.element("b", [("class", group.page == nil ? "mild" : "bad")], group.first.verdict)
                return .element(
                  "p", [("class", "why")],
                  [
                    verdict, .text(" \(versions)"),
                    reason(group.first).isEmpty ? .nothing : .text(": \(reason(group.first))"),
                    group.page.map { .list([.text(" "), .element("a", [("href", $0)], "trace")]) } ?? .nothing,
                  ])
              })
        })
  }

  /// The reviewer's sentence about a verdict.
  private func reason(_ cell: HistoryTable.Cell) -> String {
    let kinds = Set(cell.report.findings.map(\.kind))
    let names = [cell.variant, cell.rmap, cell.wake].compactMap { $0 }.map(HistoryTable.short) + ["all"]
    return reasons.first { row in
      row.race == cell.litmus && Set(row.kinds) == kinds && row.versions.contains { names.contains($0) }
    }?.reason ?? ""
  }

  private static let style = HTML.style(
    """
    :root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--text:#1b1f24;--dim:#5d6673;--line:#d9dee5;--accent:#2463c4;
    --bad:#b3261e;--badbg:#fbe9e7;--mild:#8a5a00;--mildbg:#fff4dc;--ok:#1b7a4b}
    @media(prefers-color-scheme:dark){:root{--bg:#14171b;--card:#1d2126;--text:#e6e9ed;--dim:#9aa4b1;--line:#333a43;
    --accent:#7fb0ff;--bad:#ff8a80;--badbg:#3c1f1d;--mild:#ffc266;--mildbg:#39301a;--ok:#74d8a4}}
    body{margin:0;background:var(--bg);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
    main{max-width:1200px;margin:0 auto;padding:24px 20px 64px}h1{font-size:1.6rem;margin:0 0 4px}
    h2{font-size:1.15rem;margin:36px 0 12px}h3{font:600 1rem ui-monospace,Menlo,Consolas,monospace;margin:20px 0 2px}
    .sub,.legend{color:var(--dim)}.legend{display:flex;flex-wrap:wrap;gap:2px 18px}a{color:var(--accent)}
    .scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:10px}
    table{border-collapse:collapse;font:13px ui-monospace,Menlo,Consolas,monospace}
    thead th{vertical-align:bottom;padding:8px 2px;text-align:left}
    .version span{writing-mode:vertical-rl;transform:rotate(180deg);white-space:nowrap}
    tbody th{position:sticky;left:0;background:var(--card);text-align:left;font-weight:400;padding:1px 14px 1px 12px;white-space:nowrap}
    tbody th a{color:var(--text);text-decoration:none}td{text-align:center;min-width:23px;padding:0;border:1px solid var(--line)}
    td a{display:block;color:inherit;text-decoration:none;font-weight:600}.ok{color:var(--ok)}
    .bad{color:var(--bad)}td.bad{background:var(--badbg)}.mild{color:var(--mild)}td.mild{background:var(--mildbg)}
    article p{margin:0 0 4px;max-width:80ch}.why{color:var(--dim)}
    """)
}
