import Contract
import CrossCheck
import Scenario

/// The race of a scenario as a program runs it: lanes as functions of their actors, and the outcomes that are promised.
struct CRace {
  /// By lane: its actor, the order that begins it, the orders of its operations, and its comment.
  var lanes: [(actor: String, order: Int, steps: [Int], text: String)] = []
  var allowed: [RacePromise.Allowed] = []
  var count: Int { lanes.reduce(0) { $0 + $1.steps.count } }
}

extension CWriter {
  /// Outcomes that a program lists at most.
  private static let mostOutcomes = 2000

  mutating func add(race lanes: [Scenario.Lane], at index: Int, promise: RacePromise) throws(NotExportable) {
    func refuse(_ reason: String) -> NotExportable { NotExportable(operation: index + 1, text: "race", reason: reason) }
    if race != nil { throw refuse("there is another race before it") }
    if let reason = promise.unsupported { throw refuse(reason) }
    if promise.allowed.count > Self.mostOutcomes {
      throw refuse("its \(promise.allowed.count) outcomes are too many to list")
    }
    if promise.allowed.contains(where: { masks($0.outcome.ended) == nil }) {
      throw refuse("a waiter ends in a way that this form cannot tell")
    }
    sections.insert("race")
    var race = CRace(allowed: promise.allowed)
    steps += 1
    body.append("")
    for lane in lanes {
      var numbers: [Int] = []
      var texts: [String] = []
      for operation in lane.operations {
        var operation = operation
        if operation.actor == nil { operation.actor = lane.actor }
        if let reason = notInALane(operation, of: lane) { throw refuse(reason) }
        let text = Wording.text(operation, scenario.names)
        texts.append(text)
        laneOrders = []
        let reason = write(operation, text)
        let orders = laneOrders ?? []
        laneOrders = nil
        if let reason { throw refuse(reason) }
        guard let order = orders.last, orders.count == 1 else { throw refuse("\(text): not one call of a lane") }
        numbers.append(order)
        population.perform(operation)
        note(operation)
      }
      let number = race.lanes.count
      let begin = order("lane \(number + 1) of the race", "return lane_\(number + 1)();")
      race.lanes.append((names.actor(lane.actor), begin, numbers, texts.joined(separator: "; ")))
    }
    let what = race.lanes.map(\.text).joined(separator: " | ")
    body.append(
      "begin(\(CNames.quoted("race: \(what)")), \(CNames.quoted("one of \(promise.allowed.count) outcomes")));")
    body += prepared
    body.append(
      "run_race((const struct lane[]){\(race.lanes.map { "{\($0.actor), \($0.order)}" }.joined(separator: ", "))}, \(race.lanes.count));"
    )
    body += ["collect();", "end_race();"]
    self.race = race
  }

  /// What one call in a lane cannot do, or what only several calls do, between which another lane could see.
  private func notInALane(_ operation: Operation, of lane: Scenario.Lane) -> String? {
    switch operation.action {
    case .exit: return "a lane that ends with its actor"
    case .process, .thread, .file, .keys, .robust, .clearTID, .hashSlots, .merge, .waitv:
      return "\(operation.kind.keyword) inside a race"
    case .map(let slot, _, _, _, _):
      return mappedWindows.contains(slot) ? "a map over another mapping, in two steps, inside a race" : nil
    case .remap, .reopen: return "\(operation.kind.keyword), in several steps, inside a race"
    case .cancel(let waiter):
      return population.process(of: waiter) == population.process(of: lane.actor)
        ? nil : "a cancel of another process's waiter inside a race"
    default: return nil
    }
  }

  // MARK: Text

  /// The lanes, what the race is held against, and how it is told.
  func raceFunctions(_ race: CRace) -> String {
    var text = ""
    var step = 0
    for (number, lane) in race.lanes.enumerated() {
      text +=
        "/* \(lane.text.replacing("*/", with: "* /")) */\nstatic long lane_\(number + 1)(void)\n{\n\tmeet(\(number));\n"
      for order in lane.steps {
        text += "\trace->result[\(step)] = perform(\(order));\n"
        step += 1
      }
      text += "\treturn 0;\n}\n\n"
    }
    return text
  }

  func outcomeFunctions(_ race: CRace) -> String {
    let count = race.count
    var text = "/* What is promised: the result of each call in the lanes, and which waiters end. */\n"
    text += "static const struct {\n\tlong results[\(count)];\n\tuint32_t woken, cancelled, died;\n} promised[] = {\n"
    for allowed in race.allowed {
      let results = allowed.outcome.results.flatMap { $0 }.map(result)
      let ends = (masks(allowed.outcome.ended) ?? []).map(mask)
      text += "\t{{\(results.joined(separator: ", "))}, \(ends.joined(separator: ", "))},"
      text += allowed.hasSpuriousFault ? " /* an EFAULT beside a truncation or hole punch */\n" : "\n"
    }
    text += """
      };

      static int find_outcome(void)
      {
      \tfor (int i = 0; i < (int)(sizeof(promised) / sizeof(promised[0])); i++) {
      \t\tint same = ends_are(promised[i].woken, promised[i].cancelled, promised[i].died);

      \t\tfor (int j = 0; j < \(count); j++) {
      \t\t\tlong result = promised[i].results[j];

      \t\t\tif (result != ANYTHING && !(result == ANY_VALUE && race->result[j] >= 0) &&
      \t\t\t    result != race->result[j])
      \t\t\t\tsame = 0;
      \t\t}
      \t\tif (same)
      \t\t\treturn i;
      \t}
      \treturn -1;
      }

      static void say_lanes(const long *results)
      {

      """
    var step = 0
    for (number, lane) in race.lanes.enumerated() {
      if number > 0 { text += "\tprintf(\" |\");\n" }
      for index in lane.steps.indices {
        if number > 0 || index > 0 { text += "\tprintf(\" \");\n" }
        text += "\tsay_result(results[\(step)]);\n"
        step += 1
      }
    }
    return text + "}\n\n"
  }

  private func result(_ promised: PromisedResult) -> String {
    switch promised {
    case .anyValue: "ANY_VALUE"
    case .anything: "ANYTHING"
    case .exactly(let result): value(result)
    }
  }
}
