import Machine

/// Which version broke what: every litmus race on every version of the derivation, and on every form of the reverse-map
/// lookup, as far as the race uses them.
public struct HistoryTable: Sendable {
  public struct Cell: Sendable {
    public var litmus: String
    /// `nil` where the race derives no key, or looks no page up.
    public var variant: String?
    public var rmap: String?
    /// How its threads wake each other, where the race says `wake.variant`.
    public var wake: String?
    public var report: SearchReport

    public init(litmus: String, variant: String?, rmap: String?, wake: String? = nil, report: SearchReport) {
      self.litmus = litmus
      self.variant = variant
      self.rmap = rmap
      self.wake = wake
      self.report = report
    }
    public init(_ entry: Entry, litmus: String, report: SearchReport) {
      self.init(litmus: litmus, variant: entry.variant, rmap: entry.rmap, wake: entry.race.wake, report: report)
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
  public var rmaps: [String]
  public var cells: [Cell]

  public init(litmus: [String], variants: [String], rmaps: [String], cells: [Cell]) {
    self.litmus = litmus
    self.variants = variants
    self.rmaps = rmaps
    self.cells = cells
  }

  /// Which eras of waiting and waking are looked at, in races that say `wake.variant`.
  public enum Wakes: Sendable, Hashable {
    /// Those that go with the versions.
    case ofVariants
    /// These besides, each with the derivation of its time.
    case ofVariantsAnd([String])
    /// These alone, each with the derivation of its time.
    case only([String])

    /// Eras that go with none of some versions, beside those that do.
    public static func all(besides variants: [String], _ library: ProgramLibrary) -> Wakes {
      let known = Set(variants.map { library[$0]?.companions["wake"] ?? Linker.currentWake })
      return .ofVariantsAnd(library.wakes.map(\.name).filter { !known.contains($0) })
    }
  }

  /// A test on one version; `variant` is `nil` where it derives no key, or an era of waking stands for itself; `rmap`
  /// where it looks no page up.
  public struct Entry: Sendable {
    public var variant: String?
    public var rmap: String?
    public var race: Race
  }

  /// How a row is called: under another memory than the sequentially consistent one it says so.
  public static func name(of test: Litmus, _ memory: MemoryModel) -> String {
    memory == .sc ? test.name : "\(test.name) [\(memory.rawValue)]"
  }

  /// A test that uses a derivation and a reverse-map lookup is explored with each pair of the two.
  public static func entries(
    of test: Litmus, variants: [String], rmaps: [String], wakes: Wakes = .ofVariants, library: ProgramLibrary,
    memory: MemoryModel = .sc
  ) throws(ProgramError) -> [Entry] {
    guard let first = variants.first, let firstMap = rmaps.first else { return [] }
    let example = try Race(test, variant: first, rmap: firstMap, library: library)
    let (derives, looksUp) = (example.usesDerivation || !example.usesReverseMap, example.usesReverseMap)
    var entries: [Entry] = []
    var eras: [String] = []
    var withVariants = true
    if example.wake != nil {
      switch wakes {
      case .ofVariants: break
      case .ofVariantsAnd(let names): eras = names
      case .only(let names): (eras, withVariants) = (names, false)
      }
    }
    for variant in !withVariants ? [] : derives ? variants : [first] {
      for rmap in looksUp ? rmaps : [firstMap] {
        let race = try Race(test, variant: variant, rmap: rmap, library: library, memory: memory)
        entries.append(Entry(variant: derives ? variant : nil, rmap: looksUp ? rmap : nil, race: race))
      }
    }
    for era in eras {
      let race = try Race(
        test, variant: library[era]?.companions["derive"] ?? first, library: library, memory: memory, wake: era)
      entries.append(Entry(variant: nil, rmap: nil, race: race))
    }
    return entries
  }

  /// - Parameter progress: called after each race.
  public static func run(
    _ tests: [Litmus], variants: [String], rmaps: [String] = [Linker.currentReverseMap], library: ProgramLibrary,
    memories: [MemoryModel] = [.sc], wakes: Wakes = .ofVariants, limits: SearchLimits = SearchLimits(),
    progress: (Cell) -> Void = { _ in }
  ) throws(ProgramError) -> HistoryTable {
    var cells: [Cell] = []
    for test in tests {
      for memory in memories {
        for entry in try entries(
          of: test, variants: variants, rmaps: rmaps, wakes: wakes, library: library, memory: memory)
        {
          let cell = Cell(
            entry, litmus: name(of: test, memory), report: ExhaustiveSearch.run(entry.race, limits: limits))
          progress(cell)
          cells.append(cell)
        }
      }
    }
    let names = tests.flatMap { test in memories.map { name(of: test, $0) } }
    return HistoryTable(litmus: names, variants: variants, rmaps: rmaps, cells: cells)
  }

  /// One line for each race and each verdict but `ok`: `race | verdict | versions`. Where a race uses a derivation and
  /// several lookups, a version stands alone when the lookups do not matter, else each pair: `4.6+2.6.36`.
  public var lines: [String] {
    var result: [String] = []
    for name in litmus {
      let mine = cells.filter { $0.litmus == name }
      var order: [String] = []
      var groups: [String: [String]] = [:]
      for cell in mine where cell.verdict != "ok" {
        if groups[cell.verdict] == nil { order.append(cell.verdict) }
        let label = Self.label(cell, among: mine)
        if groups[cell.verdict]?.contains(label) != true { groups[cell.verdict, default: []].append(label) }
      }
      if order.isEmpty { result.append("\(name) | ok | all") }
      for verdict in order { result.append("\(name) | \(verdict) | \((groups[verdict] ?? []).joined(separator: " "))") }
    }
    return result
  }

  private static func label(_ cell: Cell, among cells: [Cell]) -> String {
    guard let variant = cell.variant else { return cell.rmap.map(short) ?? cell.wake ?? "" }
    let alike = cells.filter { $0.variant == variant }
    guard let rmap = cell.rmap, !alike.allSatisfy({ $0.verdict == cell.verdict }) else { return short(variant) }
    return "\(short(variant))+\(short(rmap))"
  }

  /// Grids: races down, versions across; one for the derivations, one for the reverse-map lookups, one for the eras of
  /// waiting and waking.
  public var grid: String {
    let derived = Set(cells.filter { $0.variant != nil }.map(\.litmus))
    let lookedUp = Set(cells.filter { $0.rmap != nil }.map(\.litmus))
    var output = ""
    if !derived.isEmpty { output += Self.grid(litmus.filter { derived.contains($0) }, variants, cells, \.variant) }
    let others = litmus.filter { lookedUp.contains($0) && (rmaps.count > 1 || !derived.contains($0)) }
    if !others.isEmpty {
      output += (output.isEmpty ? "" : "\n") + Self.grid(others, rmaps, cells, \.rmap)
    }
    let waking = litmus.filter { name in cells.contains { $0.litmus == name && $0.wake != nil } }
    let wakes = Set(cells.compactMap(\.wake)).sorted { Self.isOlder($0, $1) }
    if !waking.isEmpty, wakes.count > 1 {
      output += (output.isEmpty ? "" : "\n") + Self.grid(waking, wakes, cells, \.wake)
    }
    return output
      + "\n. ok   W waits for a page lock   K wrong key   E spurious error   L never returns   S lost wakeup   U use after free   "
      + "A wrong anon_vma, tree or lock   M page missed   V entry not verified   ! WARN or BUG   ? undecided   X other\n"
  }
  /// A cell stands for all pairs with its version: the worst is shown.
  private static func grid(
    _ litmus: [String], _ columns: [String], _ cells: [Cell], _ column: (Cell) -> String?
  ) -> String {
    let nameWidth = (litmus.map(\.count).max() ?? 0) + 2
    var output = ""
    for (index, name) in columns.enumerated() { output += "\(letter(index)) = \(short(name))\n" }
    output += String(repeating: " ", count: nameWidth) + columns.indices.map(letter).joined(separator: " ") + "\n"
    for name in litmus {
      let mine = cells.filter { $0.litmus == name }
      let marks = columns.map { wanted in
        let pairs = mine.filter { column($0) == wanted }
        return (pairs.first { $0.report.verdict == .disagree } ?? pairs.first { mark($0) != "." } ?? pairs.first)
          .map(mark) ?? " "
      }
      output += name + String(repeating: " ", count: nameWidth - name.count) + marks.joined(separator: " ") + "\n"
    }
    return output
  }

  /// Releases by their numbers, a candidate before its release.
  private static func isOlder(_ left: String, _ right: String) -> Bool {
    func numbers(_ name: String) -> [Int] {
      let isCandidate = name.contains("-")
      let release = name.split(separator: "-")[0]
      return release.split(separator: ".").dropFirst().map { Int($0) ?? 0 } + (isCandidate ? [-1] : [])
    }
    return numbers(left).lexicographicallyPrecedes(numbers(right))
  }
  /// A program's name without its kind: `4.6` of `derive.4.6`.
  public static func short(_ variant: String) -> String { String(variant.drop { $0 != "." }.dropFirst()) }
  private static func letter(_ index: Int) -> String {
    String(UnicodeScalar(UInt8(ascii: "a") + UInt8(min(index, 25))))
  }
  /// One letter for a verdict, as in ``grid``.
  public static func mark(_ cell: Cell) -> String {
    switch cell.report.verdict {
    case .undecided: return "?"
    case .agree: return cell.report.waits.isEmpty ? "." : "W"
    case .disagree: break
    }
    let kinds = Set(cell.report.findings.map(\.kind))
    if kinds.contains(.useAfterFree) || kinds.contains(.nullPointer) || kinds.contains(.wildPointer) { return "U" }
    if kinds.contains(.lostWakeup) { return "S" }
    if kinds.contains(.livelock) { return "L" }
    if !kinds.isDisjoint(with: [.deadAnonVMA, .foreignTree, .unlockedWalk, .lockNotHeld, .leakedLock]) { return "A" }
    if kinds.contains(.missedPage) { return "M" }
    if kinds.contains(.unverifiedEntry) { return "V" }
    if kinds.contains(.wrongKey) || kinds.contains(.falseMatch) || kinds.contains(.missedWaiter) { return "K" }
    if kinds.contains(.spuriousError) { return "E" }
    if kinds.contains(.warn) || kinds.contains(.bug) { return "!" }
    return "X"
  }
}
