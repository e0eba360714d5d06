/// What many scenarios are made of, and how much happens in them, as far as the sketch can tell.
public struct ScenarioStatistics: Hashable, Sendable {
  public private(set) var scenarios = 0
  public private(set) var operations = 0
  public private(set) var races = 0
  /// `wake` operations, and those that find a waiter.
  public private(set) var wakes = 0
  public private(set) var wakesThatFind = 0
  /// Different words that a scenario's futex operations and accesses name, and those with an alias in another mapping or process.
  public private(set) var words = 0
  public private(set) var wordsWithAlias = 0
  /// By operation kind, then memory kind.
  private var counts = [Int](
    repeating: 0, count: OperationKind.allCases.count * MemoryKind.allCases.count)

  public init() {}

  public var shareOfWakesThatFind: Double { wakes == 0 ? 0 : Double(wakesThatFind) / Double(wakes) }
  public var shareOfWordsWithAlias: Double { words == 0 ? 0 : Double(wordsWithAlias) / Double(words) }
  /// Operations of the kind that touch the kind of memory. One operation may touch several.
  public func count(_ kind: OperationKind, _ memory: MemoryKind) -> Int { counts[Self.index(kind, memory)] }

  private static func index(_ kind: OperationKind, _ memory: MemoryKind) -> Int {
    Int(kind.rawValue) * MemoryKind.allCases.count + Int(memory.rawValue)
  }

  public mutating func add(_ scenario: Scenario) {
    scenarios += 1
    var sketch = Sketch()
    var seen: [SeenWord] = []
    for element in scenario.elements {
      switch element {
      case .operation(let operation): add(operation, &sketch, &seen)
      case .race(let lanes):
        races += 1
        sketch.population.beginRace(lanes.map(\.actor))
        for lane in lanes {
          sketch.population.beginLane(lane.actor)
          for operation in lane.operations { add(operation, &sketch, &seen) }
        }
        sketch.population.endRace()
      }
    }
    words += seen.count
    wordsWithAlias += seen.reduce(0) { $0 + ($1.hasAlias ? 1 : 0) }
  }

  public mutating func add(_ other: ScenarioStatistics) {
    scenarios += other.scenarios
    operations += other.operations
    races += other.races
    wakes += other.wakes
    wakesThatFind += other.wakesThatFind
    words += other.words
    wordsWithAlias += other.wordsWithAlias
    for index in counts.indices { counts[index] += other.counts[index] }
  }

  private struct SeenWord {
    var process: ActorID
    var address: Address
    var hasAlias: Bool
  }

  private mutating func add(_ operation: Operation, _ sketch: inout Sketch, _ seen: inout [SeenWord]) {
    operations += 1
    var touched = MemoryTouched(sketch: sketch, actor: operation.actor ?? ActorID(0))
    var action = operation.action
    action.visitOperands(&touched)
    for memory in MemoryKind.allCases where touched.kinds & (1 << UInt32(memory.rawValue)) != 0 {
      counts[Self.index(operation.kind, memory)] += 1
    }
    if touched.kinds == 0 { counts[Self.index(operation.kind, .none)] += 1 }
    for word in touched.words {
      let process = sketch.population.process(of: word.actor)
      let hasAlias = sketch.hasAlias(word.actor, word.address)
      if let index = seen.firstIndex(where: { $0.process == process && $0.address == word.address }) {
        if hasAlias { seen[index].hasAlias = true }
      } else {
        seen.append(SeenWord(process: process, address: word.address, hasAlias: hasAlias))
      }
    }
    let woken = sketch.perform(operation)
    if operation.kind == .wake {
      wakes += 1
      if woken > 0 { wakesThatFind += 1 }
    }
  }

  // MARK: Rendering

  /// Lines of text: the shares, then a table of operation kinds by memory kinds. A dot is a pair that did not occur.
  public func rendered() -> String {
    func percent(_ part: Int, _ whole: Int) -> String { whole == 0 ? "-" : "\(part * 100 / whole) %" }
    var text = """
      scenarios            \(scenarios)
      operations           \(operations)
      races                \(races)
      wakes                \(wakes), \(percent(wakesThatFind, wakes)) find a waiter
      words                \(words), \(percent(wordsWithAlias, words)) have an alias


      """
    let columns = MemoryKind.allCases.filter { memory in OperationKind.allCases.contains { count($0, memory) > 0 } }
    let widths = columns.map { memory in
      OperationKind.allCases.reduce(memory.label.utf8.count) { max($0, "\(count($1, memory))".utf8.count) }
    }
    func pad(_ word: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - word.utf8.count)) + word
    }
    func left(_ word: String) -> String { word + String(repeating: " ", count: max(0, 12 - word.utf8.count)) }
    text += left("") + zip(columns, widths).map { " " + pad($0.label, $1) }.joined() + "\n"
    for kind in OperationKind.allCases {
      let row = zip(columns, widths).map { memory, width in
        let count = count(kind, memory)
        return " " + pad(count == 0 ? "." : "\(count)", width)
      }
      text += left(kind.keyword) + row.joined() + "\n"
    }
    return text
  }
}
