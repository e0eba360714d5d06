extension Scenario {
  /// Every rule of the language that the scenario does not keep, in the order of the text. None: it is valid.
  public func problems() -> [Problem] {
    var check = ScenarioCheck()
    for (index, element) in elements.enumerated() { check.check(element, at: index) }
    check.problems += names.complaints(in: check.population).map {
      Problem(position: nil, element: nil, part: .names, expected: $0.expected, found: $0.found)
    }
    return check.problems
  }
  public var isValid: Bool { problems().isEmpty }
}

/// Steps over a scenario and collects what it does not keep.
struct ScenarioCheck {
  var population = Population()
  var problems: [Problem] = []

  mutating func check(_ element: Scenario.Element, at index: Int) {
    switch element {
    case .operation(let operation):
      check(operation, at: OperationPosition(element: index), lane: nil)
      checkStated(operation, at: OperationPosition(element: index))
    case .race(let lanes):
      for complaint in Self.complaints(about: lanes, population) { report(complaint, element: index) }
      population.beginRace(lanes.map(\.actor))
      for (number, lane) in lanes.enumerated() {
        population.beginLane(lane.actor)
        for (place, operation) in lane.operations.enumerated() {
          check(operation, at: OperationPosition(element: index, lane: number, index: place), lane: lane.actor)
        }
      }
      population.endRace()
      for (number, lane) in lanes.enumerated() {
        for (place, operation) in lane.operations.enumerated() {
          checkStated(operation, at: OperationPosition(element: index, lane: number, index: place))
        }
      }
    }
  }

  private mutating func check(_ operation: Operation, at position: OperationPosition, lane: ActorID?) {
    for complaint in Self.complaints(about: operation, population, lane: lane) { report(complaint, at: position) }
    population.perform(operation)
  }
  private mutating func checkStated(_ operation: Operation, at position: OperationPosition) {
    if let complaint = operation.stated?.complaint(of: operation.action, waiterCount: population.waiterCount) {
      report(complaint, at: position)
    }
  }
  private mutating func report(_ complaint: Complaint, at position: OperationPosition) {
    problems.append(
      Problem(
        position: position, element: position.element, part: complaint.part, expected: complaint.expected,
        found: complaint.found))
  }
  private mutating func report(_ complaint: Complaint, element: Int) {
    problems.append(
      Problem(
        position: nil, element: element, part: complaint.part, expected: complaint.expected, found: complaint.found))
  }

  /// What an operation does not keep; what it states is checked apart, since it may speak of later waiters of a race.
  static func complaints(about operation: Operation, _ population: Population, lane: ActorID?) -> [Complaint] {
    var complaints: [Complaint] = []
    if population.operationCount >= Limits.operations {
      complaints.append(
        Complaint(part: .whole, expected: "at most \(Limits.operations) operations", found: "one more"))
    }
    if operation.kind.hasNoActor {
      if operation.actor != nil {
        complaints.append(Complaint(part: .actor, expected: "no actor", found: "one"))
      }
      if lane != nil {
        complaints.append(
          Complaint(part: .whole, expected: "an operation of the lane's actor", found: operation.kind.keyword))
      }
    } else if let actor = operation.actor {
      if let lane, lane != actor {
        complaints.append(Complaint(part: .actor, expected: "the lane's actor", found: "another"))
      } else if !population.canAct(actor) {
        complaints.append(
          Complaint(
            part: .actor, expected: "an actor that is alive",
            found: population.wasStarted(actor) ? "one that has ended" : "one that was not started"))
      }
    } else {
      complaints.append(Complaint(part: .actor, expected: "an actor", found: "none"))
    }
    var checker = OperandChecker(population, actor: operation.actor)
    var action = operation.action
    action.visitOperands(&checker)
    checker.checkRelations(operation.action)
    return complaints + checker.complaints
  }

  /// What a race does not keep, whatever its operations.
  static func complaints(about lanes: [Scenario.Lane], _ population: Population) -> [Complaint] {
    var complaints: [Complaint] = []
    if lanes.count < 2 || lanes.count > Limits.lanes {
      complaints.append(
        Complaint(part: .whole, expected: "2 to \(Limits.lanes) lanes", found: "\(lanes.count)"))
    }
    if lanes.allSatisfy(\.operations.isEmpty) {
      complaints.append(Complaint(part: .whole, expected: "an operation in the race", found: "none"))
    }
    for (index, lane) in lanes.enumerated() {
      if let complaint = complaint(about: lane.actor, at: index, after: lanes[..<index].map(\.actor), population) {
        complaints.append(complaint)
      }
    }
    return complaints
  }
  /// What keeps the actor from having a lane beside those before it.
  static func complaint(
    about actor: ActorID, at lane: Int, after others: [ActorID], _ population: Population
  ) -> Complaint? {
    if !population.isAlive(actor) {
      return Complaint(
        part: .lane(lane), expected: "an actor that is alive when the race starts",
        found: population.wasStarted(actor) ? "one that is not" : "one that was not started")
    }
    if others.contains(actor) {
      return Complaint(part: .lane(lane), expected: "an actor without a lane so far", found: "one that has a lane")
    }
    return nil
  }
}
