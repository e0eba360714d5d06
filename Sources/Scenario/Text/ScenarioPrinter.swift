/// Writes the text form: one canonical text for each scenario, which `ScenarioParser` reads back as the same.
public struct ScenarioPrinter: Sendable {
  /// Comment lines to put below the version line.
  public var header: [String]
  /// Lines to put behind the races that they belong to.
  public var schedules: [StoredSchedule] = []

  public init(header: [String] = []) { self.header = header }

  public static func print(_ scenario: Scenario) -> String { ScenarioPrinter().print(scenario) }
  public static func print(_ text: ScenarioText) -> String {
    var printer = ScenarioPrinter(header: text.header)
    printer.schedules = text.schedules
    return printer.print(text.scenario)
  }

  public func print(_ scenario: Scenario) -> String {
    var text = "keywake 1\n"
    for comment in header {
      for line in comment.split(separator: "\n", omittingEmptySubsequences: false) {
        text += line.isEmpty ? "#\n" : "# \(Self.clean(line))\n"
      }
    }
    for (index, element) in scenario.elements.enumerated() {
      switch element {
      case .operation(let operation):
        text += line(operation, scenario.names) + "\n"
      case .race(let lanes):
        text += "race\n"
        for lane in lanes {
          text += "  lane \(scenario.names[lane.actor]):"
          text += lane.operations.isEmpty ? "" : " "
          text += lane.operations.map { Self.laneText($0, scenario.names) }.joined(separator: " ; ")
          text += "\n"
        }
        text += "end\n"
        for schedule in schedules where schedule.element == index { text += schedule.text + "\n" }
      }
    }
    return text
  }

  /// One operation as a line of its own has it, stated result included, without a line end.
  public func line(_ operation: Operation, _ names: Names) -> String {
    var text = operation.actor.map { names[$0] + " " } ?? ""
    text += Self.actionText(operation.action, names)
    guard let stated = operation.stated else { return text }
    text += String(repeating: " ", count: max(1, 40 - text.utf8.count))
    return text + Self.statedText(stated, names)
  }

  private static func laneText(_ operation: Operation, _ names: Names) -> String {
    let text = actionText(operation.action, names)
    return operation.stated.map { text + " " + statedText($0, names) } ?? text
  }
  /// Keyword and operands.
  static func actionText(_ action: Action, _ names: Names) -> String {
    var printer = OperandPrinter(action.kind.keyword, names)
    var action = action
    action.visitOperands(&printer)
    return printer.text
  }
  static func statedText(_ stated: Stated, _ names: Names) -> String {
    var text = "=> \(stated.result)"
    guard let woken = stated.woken else { return text }
    text += woken.isEmpty ? " wakes nobody" : " wakes"
    for waiter in woken { text += " " + names[waiter] }
    return text
  }
  private static func clean(_ line: Substring) -> String {
    String(String.UnicodeScalarView(line.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? "\u{FFFD}" : $0 }))
  }
}

extension OperationResult: CustomStringConvertible {
  /// As `=>` states it.
  public var description: String {
    switch self {
    case .value(let value): "\(value)"
    case .error(let code): code.description
    case .signal(let signal): signal.keyword
    case .waiting: "waits"
    case .partition(let classes):
      classes.reduce(into: "keys") { text, keyClass in
        switch keyClass {
        case .key(let number): text += " \(number)"
        case .none(let code): text += " \(code)"
        }
      }
    }
  }
}

extension Operation {
  /// The operation as the text form has it, with canonical names, without what is stated.
  public var text: String {
    ScenarioPrinter().line(Operation(actor, action), Names())
  }
}
