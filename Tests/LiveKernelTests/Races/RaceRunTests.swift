import Foundation
import LiveKernel
import Scenario
import Testing

/// Lanes that run at once on the kernel. By number of runs: nothing here depends on how long anything takes.
@Suite(.serialized) struct RaceRunTests {
  private static func runs(_ text: String, _ kind: WaiterKind, count: Int, seed: UInt64) throws -> [LiveRun] {
    let kernel = try LiveTest.kernel(kind) {
      $0.races = true
      $0.oneProcessor = false
    }
    defer { kernel.shutDown() }
    kernel.schedule = RaceSchedule(seed: seed)
    return kernel.run([Scenario](repeating: try LiveTest.scenario(text), count: count))
  }

  private static let storeThenWake = """
    process a
    process b
    file f memfd pages=1
    a map x f pages=0..0 shared rw
    b map y f pages=0..0 shared rw
    race
      lane a: wait x+0x10 value=0 -> w
      lane b: store y+0x10 1 ; wake y+0x10 count=1
    end
    a wake x+0x10 count=8
    """

  /// The wait sees the new value, or the wake sees the waiter; both come, and nothing else does.
  @Test(arguments: [WaiterKind.ring, .thread]) func everyOrderComes(_ kind: WaiterKind) throws {
    let runs = try Self.runs(Self.storeThenWake, kind, count: 600, seed: 1)
    #expect(runs.count == 600)
    var outcomes: Set<[OperationResult]> = []
    for run in runs {
      #expect(run.verdict == .complete)
      #expect(run.notes == [])
      let woken = run.observations.flatMap(\.woken)
      let results = run.observations[5..<8].map(\.result)
      outcomes.insert(results)
      switch results {
      case [.waiting, .value(0), .value(1)]: #expect(woken == [WaiterID(0)])
      case [.error(.EAGAIN), .value(0), .value(0)]: #expect(woken == [])
      default: Issue.record("run \(run.number): \(results)")
      }
      #expect(run.observations[8].result == .value(0))
    }
    #expect(outcomes.count == 2)
  }

  /// Agents go from run to run by themselves: equal runs are counted, and nothing else comes than one by one.
  @Test(arguments: [WaiterKind.ring, .thread]) func sweepsCountEqualRuns(_ kind: WaiterKind) throws {
    let kernel = try LiveTest.kernel(kind) {
      $0.races = true
      $0.oneProcessor = false
    }
    defer { kernel.shutDown() }
    kernel.schedule = RaceSchedule(seed: 4)
    let scenario = try LiveTest.scenario(Self.storeThenWake)
    var made = 0
    // A sweep that takes long is cut short.
    while made < 250 {
      let runs = kernel.sweep(scenario, runs: 250 - made)
      #expect(runs.count <= 2, "\(runs)")
      #expect(runs.contains { $0.number == UInt64(made) })
      for run in runs {
        #expect(run.verdict == .complete)
        #expect(run.notes == [])
        #expect(run.observations.count == 9)
      }
      made += runs.map(\.count).reduce(0, +)
      #expect(kernel.schedule.next == UInt64(made))
      guard runs.allSatisfy({ $0.verdict == .complete }) else { break }
    }
    #expect(made == 250)
    // One with a named file is run one by one.
    let named = try LiveTest.scenario(
      Self.storeThenWake.replacingOccurrences(of: "memfd", with: "tmpfs"))
    #expect(kernel.sweep(named, runs: 40).map(\.count) == [Int](repeating: 1, count: 32))
    #expect(kernel.schedule.next == 282)
  }

  @Test func moreLanesThanProcessors() throws {
    var text = "process a\nfile f memfd pages=1\na map x f pages=0..0 shared rw\n"
    for name in ["b", "c"] { text += "a fork \(name)\n" }
    text += "a wait x+0 value=0 -> w\nrace\n"
    for name in ["a", "b", "c"] { text += "  lane \(name): wake x+0 count=1\n" }
    text += "end\na cancel w\n"
    for run in try Self.runs(text, .ring, count: 40, seed: 2) {
      #expect(run.verdict == .complete)
      let sum = run.observations[6..<9].reduce(Int64(0)) { sum, observation in
        if case .value(let value) = observation.result { sum + value } else { sum }
      }
      #expect(sum == 1)
      #expect(run.observations.flatMap(\.woken) == [WaiterID(0)])
    }
  }

  @Test func planFollowsFromSeedAndNumber() {
    let plans = (0..<200).map { RacePlan(seed: 7, run: $0, lanes: 3, jitter: 100) }
    #expect(plans == (0..<200).map { RacePlan(seed: 7, run: $0, lanes: 3, jitter: 100) })
    #expect(Set(plans).count > 100)
    #expect(plans.allSatisfy { $0.lanes.contains { $0.delay == 0 } && $0.lanes.allSatisfy { $0.delay <= 100 } })
  }

  /// Towards a schedule that is followed: mostly near the delays that came close, and each lane on its own processor.
  @Test func plansFollowASchedule() {
    var schedule = RaceSchedule(seed: 9, jitter: 4000)
    schedule.lateness = [0, 0.5]
    let first = (0..<400).map { RacePlan(schedule, run: $0, lanes: 2) }
    #expect(first.allSatisfy { $0.lanes.map(\.processor) == [0, 1] && $0.lanes.allSatisfy { $0.delay <= 4000 } })
    #expect(first.contains { $0.lanes[1].delay > 1000 } && first.contains { $0.lanes[1].delay < 10 })
    schedule.favourites = [[0, 3000]]
    let near = (0..<400).map { RacePlan(schedule, run: $0, lanes: 2) }
      .count { $0.lanes[0].delay <= 301 && (2699...3301).contains($0.lanes[1].delay) }
    #expect((240...380).contains(near), "\(near)")
  }

  @Test func refusedWithAReason() throws {
    let kernel = try LiveTest.kernel(.ring)
    defer { kernel.shutDown() }
    let run = kernel.run(try LiveTest.scenario(Self.storeThenWake))
    #expect(run.verdict == .skipped("a race: keywake litmus runs it"))
    let exit = "process a\nprocess b\nrace\n  lane a: exit\n  lane b: exit\nend\n"
    #expect(
      try Self.runs(exit, .ring, count: 1, seed: 0).map(\.verdict) == [
        .skipped("nobody is left after the race")
      ])
  }
}
