import CrossCheck
import Scenario
import Testing

/// How close runs come to a schedule: only the orders of the lanes' beginnings and ends count.
@Suite struct FollowedScheduleTests {
  @Test func ordersAreCompared() throws {
    // Lane 2 begins last and lies within lane 1.
    let schedule = try #require(FollowedSchedule(steps: [0, 0, 1, 1, 0], lanes: 2))
    #expect(schedule.first == [0, 2])
    #expect(schedule.last == [4, 3])
    #expect(schedule.lateness == [0, 0.4])
    #expect(schedule.agreement([(10, 40), (20, 30)]) == (4, 4))
    #expect(schedule.agreement([(10, 15), (20, 30)]) == (2, 4))
    #expect(schedule.agreement([]) == (0, 0))
    #expect(FollowedSchedule(steps: [0, 0], lanes: 2) == nil)
  }
}
