extension Scenario {
  /// A valid scenario made of this one; itself if it is valid. Any scenario can be repaired.
  ///
  /// Identifiers are numbered anew by first mention. A reference to what does not exist becomes one to what does; an
  /// operation for which there is none, or no room, is left out, as is a stated result that does not fit. A race with
  /// less than two lanes becomes plain operations.
  public func repaired() -> Scenario {
    var repairer = OperandRepairer(names)
    var elements: [Element] = []
    elements.reserveCapacity(self.elements.count)
    for element in self.elements {
      switch element {
      case .operation(let operation): repairer.append(operation, to: &elements)
      case .race(let lanes): repairer.append(lanes, to: &elements)
      }
    }
    return Scenario(elements, names: repairer.names.repaired(in: repairer.population))
  }
}

extension OperandRepairer {
  mutating func append(_ operation: Operation, to elements: inout [Scenario.Element]) {
    guard var mended = repair(operation, lane: nil) else { return }
    repairStated(&mended)
    elements.append(.operation(mended))
  }

  mutating func append(_ lanes: [Scenario.Lane], to elements: inout [Scenario.Element]) {
    var mended: [Scenario.Lane] = []
    for lane in lanes where mended.count < Limits.lanes {
      if let actor = resolveLane(lane.actor, beside: mended.map(\.actor)) {
        mended.append(Scenario.Lane(actor, lane.operations))
      }
    }
    if mended.count < 2 {
      for lane in mended {
        for var operation in lane.operations {
          operation.actor = maps.number(of: lane.actor)
          append(operation, to: &elements)
        }
      }
      return
    }
    population.beginRace(mended.map(\.actor))
    for index in mended.indices {
      population.beginLane(mended[index].actor)
      let actor = mended[index].actor
      mended[index].operations = mended[index].operations.compactMap { repair($0, lane: actor) }
    }
    population.endRace()
    guard !mended.allSatisfy(\.operations.isEmpty) else { return }
    for lane in mended.indices {
      for index in mended[lane].operations.indices { repairStated(&mended[lane].operations[index]) }
    }
    elements.append(.race(mended))
  }

  /// An actor for a lane: the one that the number stands for, or else a free one chosen by it.
  private func resolveLane(_ actor: ActorID, beside others: [ActorID]) -> ActorID? {
    let mapped = ActorID(maps.actors[Int(actor.index % 8)])
    if ScenarioCheck.complaint(about: mapped, at: 0, after: others, population) == nil { return mapped }
    let free = population.acting.filter { !others.contains($0) }
    return free.isEmpty ? nil : free[Int(actor.index) % free.count]
  }

  /// Names the waiters anew; leaves out what does not fit.
  private func repairStated(_ operation: inout Operation) {
    guard var stated = operation.stated else { return }
    if let woken = stated.woken { stated.woken = woken.map { WaiterID(maps.waiters[Int($0.index % 32)]) } }
    let fits = stated.complaint(of: operation.action, waiterCount: population.waiterCount) == nil
    operation.stated = fits ? stated : nil
  }
}

extension IdentifierMaps {
  /// The old number that now stands for the actor.
  func number(of actor: ActorID) -> ActorID {
    ActorID((0..<8).first { actors[Int($0)] == actor.index } ?? actor.index)
  }
}
