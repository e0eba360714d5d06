import Contract
import CrossCheck
import Scenario

/// Collects the parts of a C program while it goes over a scenario.
struct CWriter {
  let scenario: Scenario
  let names: CNames
  let seen: [Int: String]
  /// Sections of the runtime that are needed.
  var sections: Set<String> = []
  /// What the actors do, by order: a comment and a statement.
  var performCases: [(comment: String, code: String)] = []
  /// The calls of waiters, by order.
  var waitCases: [(order: Int, code: String)] = []
  var body: [String] = []
  var requirements: [String] = []
  var population = Population()
  var hasGuard = false
  var folders: Set<FileKind> = []
  /// The number of each file's present name.
  var fileNames = [Int](repeating: 0, count: Limits.files)
  var steps = 0
  let isTAP: Bool
  /// The scenario's race, and while one of its lanes is written the orders of its calls.
  var race: CRace?
  var laneOrders: [Int]?
  /// What is done just before the race.
  var prepared: [String] = []
  /// Windows in which something was mapped, in any process.
  var mappedWindows: Set<SlotID> = []

  init(_ scenario: Scenario, seen: [Int: String], isTAP: Bool) {
    self.isTAP = isTAP
    self.scenario = scenario
    self.seen = seen
    names = CNames(names: scenario.names)
  }

  /// - Parameter promises: one, or behind a race one for each of its outcomes.
  mutating func add(_ operation: Operation, at index: Int, promises: [Promise]) throws(NotExportable) {
    let text = Wording.text(operation, scenario.names)
    func refuse(_ reason: String) -> NotExportable { NotExportable(operation: index + 1, text: text, reason: reason) }
    if let reason = promises.lazy.compactMap(\.unsupported).first { throw refuse(reason) }
    if operation.kind.isMachineOnly { throw refuse("no user space can do it at will") }
    steps += 1
    body.append("")
    if let seen = seen[index] { body.append("/* Keywake saw: \(seen.replacing("*/", with: "* /")) */") }
    var wordings: [String] = []
    for promise in promises {
      let wording = Wording.text(promise, scenario.names)
      if !wordings.contains(wording) { wordings.append(wording) }
    }
    body.append("begin(\(CNames.quoted(text)), \(CNames.quoted(wordings.joined(separator: ", by the outcome "))));")
    if let reason = write(operation, text) { throw refuse(reason) }
    population.perform(operation)
    note(operation)
    body.append("collect();")
    var kinds: [(lines: [String], outcomes: [Int])] = []
    for (outcome, promise) in promises.enumerated() {
      var allowed: [String] = []
      for way in promise.ways {
        guard let line = allow(way) else { throw refuse("a waiter ends in a way that this form cannot tell") }
        if !allowed.contains(line) { allowed.append(line) }
      }
      if let same = kinds.firstIndex(where: { $0.lines == allowed }) {
        kinds[same].outcomes.append(outcome)
      } else {
        kinds.append((allowed, [outcome]))
      }
    }
    if kinds.count == 1 { body += kinds[0].lines } else { body += byOutcome(kinds) }
    body.append("end();")
  }

  private func byOutcome(_ kinds: [(lines: [String], outcomes: [Int])]) -> [String] {
    var lines = ["switch (outcome) {"]
    for kind in kinds {
      lines += kind.outcomes.map { "case \($0):" } + kind.lines.map { "\t" + $0 } + ["\tbreak;"]
    }
    return lines + ["}"]
  }

  mutating func note(_ operation: Operation) {
    switch operation.action {
    case .map(let slot, _, _, _, _), .remap(_, let slot, _): mappedWindows.insert(slot)
    default: break
    }
  }

  // MARK: Parts

  /// A new order for an actor.
  mutating func order(_ text: String, _ code: String) -> Int {
    performCases.append((text, code))
    return performCases.count - 1
  }
  mutating func ask(_ actor: ActorID, _ text: String, _ code: String) {
    let number = order(text, code)
    if laneOrders != nil {
      laneOrders?.append(number)
      return
    }
    sections.insert("ask")
    body.append("seen = ask(\(names.actor(actor)), \(number));")
  }
  mutating func require(_ lines: String) { if !requirements.contains(lines) { requirements.append(lines) } }

  private mutating func allow(_ way: Way) -> String? {
    guard let masks = masks(way.ended) else { return nil }
    let ends = masks.map(mask).joined(separator: ", ")
    switch way.result {
    case .anyValue:
      sections.insert("allow-any-value")
      return "allow_any_value(\(ends));"
    case .anything:
      sections.insert("allow-anything")
      return "allow_anything(\(ends));"
    case .exactly(.partition(let classes)):
      sections.insert("allow-keys")
      let values = classes.map { keyClass in
        switch keyClass {
        case .key(let number): "\(number)"
        case .none(let code): "-\(code.rawValue) /* \(code) */"
        }
      }
      return "allow_keys((const long[]){\(values.joined(separator: ", "))}, \(classes.count), \(ends));"
    case .exactly(let result):
      sections.insert("allow-value")
      return "allow(\(value(result)), \(ends));"
    }
  }

  /// The waiters that are woken, that are cancelled, and that die, as bits; `nil` when one ends otherwise.
  func masks(_ ended: [EndedWaiter]) -> [UInt32]? {
    var woken: UInt32 = 0
    var cancelled: UInt32 = 0
    var died: UInt32 = 0
    for waiter in ended {
      let bit: UInt32 = 1 << UInt32(waiter.waiter.index)
      switch waiter.end {
      case .woken: woken |= bit
      case .died: died |= bit
      case .error(.ECANCELED), .error(.EINTR): cancelled |= bit
      case .error: return nil
      }
    }
    return [woken, cancelled, died]
  }

  func mask(_ bits: UInt32) -> String {
    let waiters = (0..<UInt8(32)).filter { bits >> UInt32($0) & 1 != 0 }
    return waiters.isEmpty ? "0" : waiters.map { "1U << \(names.waiter(WaiterID($0)))" }.joined(separator: " | ")
  }
  func value(_ result: OperationResult) -> String {
    switch result {
    case .value(let value): "\(value)"
    case .error(let code): code.description.contains(":") ? "-\(code.rawValue)" : "-\(code)"
    case .signal(let signal): "RAISED_\(signal.keyword)"
    case .waiting: "WAITS"
    case .partition: "0"
    }
  }
}
