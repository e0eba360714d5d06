import Machine
import Scenario

/// Schedules as files keep them, for races.
public enum Recording {
  /// Why a stored schedule is not replayed.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
  }

  /// Names the race: what its lanes run, line by line, and the state in which it starts.
  public static func code(of race: Race) -> UInt64 {
    var hash = FNV1a()
    for (thread, lane) in race.litmus.lanes.enumerated() {
      for operation in lane.operations {
        hash.add(operation.program.utf8)
        hash.add(operation.arguments)
        hash.add(UInt8(0))
      }
      for index in 0..<race.interpreter.lanes[thread].lineCount {
        guard let (program, line) = race.line(thread, index) else { continue }
        hash.add(program.name.utf8)
        hash.add(line.text.utf8)
        hash.add(UInt8(10))
      }
    }
    var state = race.initial
    state.withWords { words in
      for word in 0..<MachineState.wordCount { hash.add(words[word]) }
    }
    return hash.value
  }

  public static func schedule(_ finding: Finding, of race: Race) -> StoredSchedule {
    schedule(finding.schedule, of: race)
  }
  public static func schedule(_ steps: [UInt8], of race: Race) -> StoredSchedule {
    StoredSchedule(variant: Program.version(race.variant.name), code: code(of: race), steps: steps)
  }

  /// Runs a stored schedule, each step as it was recorded.
  ///
  /// - Throws: ``Failure`` when it was recorded with other programs, or a lane cannot step where it did.
  public static func replay(_ stored: StoredSchedule, on race: Race) throws(Failure) -> SampledSearch.RunResult {
    let now = code(of: race)
    guard stored.code == now else {
      throw Failure(
        description: "the schedule is outdated: the race or its programs have changed since it was recorded; "
          + "record it again with 'keywake explore --record'")
    }
    var scheduler = ReplayScheduler(stored.steps)
    let result = SampledSearch.single(race, &scheduler, steps: stored.steps.count + 1)
    guard result.schedule == stored.steps else {
      throw Failure(
        description: "the schedule is wrong: lane \(stored.steps[result.schedule.count] + 1) cannot make step "
          + "\(result.schedule.count + 1)")
    }
    return result
  }
}
