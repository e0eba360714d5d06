import Machine

/// Which version broke what: every litmus race on every version of the derivation.
public struct HistoryTable: Sendable {
  public struct Cell: Sendable {
    public var litmus: String
    public var variant: String
    public var report: SearchReport

    public init(litmus: String, variant: String, report: SearchReport) {
      self.litmus = litmus
      self.variant = variant
      self.report = report
    }

    /// `ok`, `waits` (for a page lock that is held for ever, as it says it may), `undecided`, or what is wrong.
    public var verdict: String {
      switch report.verdict {
      case .undecided(let bound): return "undecided (\(bound.rawValue))"
      case .agree: return report.waits.isEmpty ? "ok" : "waits"
      case .disagree: return Set(report.findings.map { "\($0.kind)" }).sorted().joined(separator: ", ")
      }
    }
  }
  public var litmus: [String]
  public var variants: [String]
  public var cells: [Cell]

  public init(litmus: [String], variants: [String], cells: [Cell]) {
    self.litmus = litmus
    self.variants = variants
    self.cells = cells
  }

  /// - Parameter progress: called after each race.
  public static func run(
    _ tests: [Litmus], variants: [String], library: ProgramLibrary, limits: SearchLimits = SearchLimits(),
    progress: (Cell) -> Void = { _ in }
  ) throws(ProgramError) -> HistoryTable {
    var cells: [Cell] = []
    for test in tests {
      for variant in variants {
        let race = try Race(test, variant: variant, library: library)
        let cell = Cell(litmus: test.name, variant: variant, report: ExhaustiveSearch.run(race, limits: limits))
        progress(cell)
        cells.append(cell)
      }
    }
    return HistoryTable(litmus: tests.map(\.name), variants: variants, cells: cells)
  }

  /// One line for each race and each verdict but `ok`: `race | verdict | versions`.
  public var lines: [String] {
    var result: [String] = []
    for name in litmus {
      var order: [String] = []
      var groups: [String: [String]] = [:]
      for cell in cells where cell.litmus == name && cell.verdict != "ok" {
        if groups[cell.verdict] == nil { order.append(cell.verdict) }
        groups[cell.verdict, default: []].append(Self.short(cell.variant))
      }
      if order.isEmpty { result.append("\(name) | ok | all") }
      for verdict in order { result.append("\(name) | \(verdict) | \((groups[verdict] ?? []).joined(separator: " "))") }
    }
    return result
  }

  /// A grid: races down, versions across.
  public var grid: String {
    let nameWidth = (litmus.map(\.count).max() ?? 0) + 2
    let shorts = variants.map(Self.short)
    var output = ""
    for (index, short) in shorts.enumerated() { output += "\(Self.letter(index)) = \(short)\n" }
    output += String(repeating: " ", count: nameWidth) + shorts.indices.map(Self.letter).joined(separator: " ") + "\n"
    for name in litmus {
      output += name + String(repeating: " ", count: nameWidth - name.count)
      output += cells.filter { $0.litmus == name }.map { Self.mark($0) }.joined(separator: " ") + "\n"
    }
    return output
      + "\n. ok   W waits for a page lock   K wrong key   E spurious error   L never returns   U use after free   "
      + "! WARN or BUG   ? undecided   X other\n"
  }

  private static func short(_ variant: String) -> String { String(variant.dropFirst("derive.".count)) }
  private static func letter(_ index: Int) -> String {
    String(UnicodeScalar(UInt8(ascii: "a") + UInt8(min(index, 25))))
  }
  private static func mark(_ cell: Cell) -> String {
    switch cell.report.verdict {
    case .undecided: return "?"
    case .agree: return cell.report.waits.isEmpty ? "." : "W"
    case .disagree: break
    }
    let kinds = Set(cell.report.findings.map(\.kind))
    if kinds.contains(.useAfterFree) || kinds.contains(.nullPointer) || kinds.contains(.wildPointer) { return "U" }
    if kinds.contains(.livelock) { return "L" }
    if kinds.contains(.wrongKey) || kinds.contains(.falseMatch) || kinds.contains(.missedWaiter) { return "K" }
    if kinds.contains(.spuriousError) { return "E" }
    if kinds.contains(.warn) || kinds.contains(.bug) { return "!" }
    return "X"
  }
}
