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
  private(set) var steps = 0
  let isTAP: Bool

  init(_ scenario: Scenario, seen: [Int: String], isTAP: Bool) {
    self.isTAP = isTAP
    self.scenario = scenario
    self.seen = seen
    names = CNames(names: scenario.names)
  }

  mutating func add(_ operation: Operation, at index: Int, promise: Promise) throws(NotExportable) {
    let text = Wording.text(operation, scenario.names)
    func refuse(_ reason: String) -> NotExportable { NotExportable(operation: index + 1, text: text, reason: reason) }
    if let reason = promise.unsupported { throw refuse(reason) }
    if operation.kind.isMachineOnly { throw refuse("no user space can do it at will") }
    steps += 1
    body.append("")
    if let seen = seen[index] { body.append("/* Keywake saw: \(seen.replacing("*/", with: "* /")) */") }
    body.append("begin(\(CNames.quoted(text)), \(CNames.quoted(Wording.text(promise, scenario.names))));")
    if let reason = write(operation, text) { throw refuse(reason) }
    population.perform(operation)
    body.append("collect();")
    var allowed: [String] = []
    for way in promise.ways {
      guard let line = allow(way) else { throw refuse("a waiter ends in a way that this form cannot tell") }
      if !allowed.contains(line) { allowed.append(line) }
    }
    body += allowed
    body.append("end();")
  }

  // MARK: Parts

  /// A new order for an actor.
  mutating func order(_ text: String, _ code: String) -> Int {
    performCases.append((text, code))
    return performCases.count - 1
  }
  mutating func ask(_ actor: ActorID, _ text: String, _ code: String) {
    let number = order(text, code)
    sections.insert("ask")
    body.append("seen = ask(\(names.actor(actor)), \(number));")
  }
  mutating func require(_ lines: String) { if !requirements.contains(lines) { requirements.append(lines) } }

  private mutating func allow(_ way: Way) -> String? {
    var woken: UInt32 = 0
    var cancelled: UInt32 = 0
    var died: UInt32 = 0
    for waiter in way.ended {
      let bit: UInt32 = 1 << UInt32(waiter.waiter.index)
      switch waiter.end {
      case .woken: woken |= bit
      case .died: died |= bit
      case .error(.ECANCELED), .error(.EINTR): cancelled |= bit
      case .error: return nil
      }
    }
    let ends = [woken, cancelled, died].map(mask).joined(separator: ", ")
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

  private func mask(_ bits: UInt32) -> String {
    let waiters = (0..<UInt8(32)).filter { bits >> UInt32($0) & 1 != 0 }
    return waiters.isEmpty ? "0" : waiters.map { "1U << \(names.waiter(WaiterID($0)))" }.joined(separator: " | ")
  }
  private func value(_ result: OperationResult) -> String {
    switch result {
    case .value(let value): "\(value)"
    case .error(let code): code.description.contains(":") ? "-\(code.rawValue)" : "-\(code)"
    case .signal(let signal): "RAISED_\(signal.keyword)"
    case .waiting: "WAITS"
    case .partition: "0"
    }
  }
}
