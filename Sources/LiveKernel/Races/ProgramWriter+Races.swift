import CKeywake
import Scenario

extension ProgramWriter {
  /// Writes the lanes of a race as one command that the lanes' own follow. It is of the first lane's actor that is there
  /// afterwards.
  func write(race lanes: [Scenario.Lane], _ plan: RacePlan, seat take: (ActorID, Action) throws -> UInt8) rethrows {
    guard let starter = lanes.first(where: { !$0.endsProcess }) ?? lanes.first else { return }
    // Nothing but the lanes' own operations happens in them.
    for process in aliveProcesses { openPending(by: process) }
    isInRace = true
    defer {
      isInRace = false
      for actor in leavers {
        for index in 0..<UInt8(Limits.actors) where index == actor.index || process(of: ActorID(index)) == actor {
          leave(ActorID(index))
        }
      }
      leavers = []
    }
    let race = position
    append(KW_RACE, seat: seat(of: starter.actor)) { $0.argument = UInt8(lanes.count) }
    for (lane, planned) in zip(lanes, plan.lanes) {
      let header = position
      append(KW_LANE, seat: seat(of: lane.actor)) {
        $0.count = Int32(clamping: planned.delay)
        $0.count2 = Int32(clamping: planned.processor)
        $0.bitset = planned.yields
      }
      for operation in lane.operations {
        var operation = operation
        if operation.actor == nil { operation.actor = lane.actor }
        try write(operation, next: nil, seat: take)
      }
      commands[header].value = UInt32(position - header - 1)
    }
    commands[race].value = UInt32(position - race - 1)
    // What ends during the race is told of its last operation.
    commands[race].operation = UInt8(clamping: self.operation - 1)
    races.append((position: race, lastOperation: self.operation - 1))
  }
}

extension Scenario.Lane {
  /// Its last operation ends its actor, which is no further thread or ends with its process.
  var endsProcess: Bool { operations.last?.kind == .exit }
}
