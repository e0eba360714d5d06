import Testing

@testable import Campaign

@Suite struct ScheduleTests {
  private let kinds = [WorkerKind.generator, .machineRaces, .liveRaces]

  private func shares(_ scheduler: inout YieldScheduler, turns: Int, found: (Int) -> Int) -> [Int] {
    var counts = [0, 0, 0]
    for _ in 0..<turns {
      guard let next = scheduler.next(seconds: 10) else { break }
      counts[next] += 1
      scheduler.record(kinds[next].name, seconds: 10, findings: found(next), inputs: 0)
    }
    return counts
  }

  @Test func withoutAnyYieldAllGetTheSame() {
    var scheduler = YieldScheduler(kinds)
    #expect(shares(&scheduler, turns: 30) { _ in 0 } == [10, 10, 10])
  }

  @Test func whoFindsGetsMoreAndNobodyStarves() {
    var scheduler = YieldScheduler(kinds)
    let counts = shares(&scheduler, turns: 300) { $0 == 1 ? 1 : 0 }
    // Four times the weight of each other one.
    #expect(counts[1] > 3 * counts[0])
    #expect(counts[0] >= 40 && counts[2] >= 40)
    #expect(scheduler.weight(of: 1) == 4)
  }

  @Test func oldYieldIsForgotten() {
    var scheduler = YieldScheduler(kinds)
    for _ in 0..<10 { scheduler.record("generator", seconds: 10, findings: 1, inputs: 0) }
    for _ in 0..<60 { scheduler.record("generator", seconds: 10, findings: 0, inputs: 0) }
    for _ in 0..<10 { scheduler.record("machine-races", seconds: 10, findings: 0, inputs: 50) }
    #expect(scheduler.weight(of: 1) == 4)
    #expect(scheduler.weight(of: 0) < 1.2)
  }

  @Test func nothingToDoIsNoTurn() {
    var scheduler = YieldScheduler([])
    #expect(scheduler.next(seconds: 1) == nil)
  }

  @Test func failuresRestLonger() {
    var backoff = Backoff()
    #expect((0..<8).map { _ in backoff.failed() } == [1, 2, 4, 8, 16, 32, 60, 60])
    backoff.succeeded()
    #expect(backoff.failed() == 1)
  }

  @Test func aShortCampaignGivesEachKindItsTurn() {
    for (time, workers, kinds) in [(60, 2, 7), (30, 2, 7), (60, 1, 7), (600, 2, 7), (20, 4, 4)] {
      let shift = CampaignSettings.shiftSeconds(in: time, workers: workers, kinds: kinds)
      #expect(time * workers / shift >= kinds)
    }
    #expect(CampaignSettings.shiftSeconds(in: 60, workers: 2, kinds: 7) == 5)
    #expect(CampaignSettings.shiftSeconds(in: nil, workers: 2, kinds: 7) == 30)
  }

  @Test func kindsAreNamedOrRefused() throws {
    let some = try WorkerKind.available(only: ["generator", "machine-races"], targets: nil, races: nil)
    #expect(some.kinds.map(\.name) == ["generator", "machine-races"])
    #expect(some.missing.isEmpty)
    let all = try WorkerKind.available(only: [], targets: "/nonexistent", races: nil)
    #expect(all.kinds.map(\.name) == ["generator", "machine-races", "stress"])
    #expect(all.missing.count == 4)
    #expect(throws: CampaignError.self) { try WorkerKind.available(only: ["gen"], targets: nil, races: nil) }
    #expect(throws: CampaignError.self) { try WorkerKind.available(only: ["ScenarioForms"], targets: nil, races: nil) }
  }
}
