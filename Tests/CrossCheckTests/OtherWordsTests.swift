import Contract
import CrossCheck
import LiveKernel
import Scenario
import Testing

@Suite struct OtherWordsTests {
  /// A kernel that queues each waiter under the word 8 bytes further on.
  private final class ShiftedKernel: KernelUnderTest {
    let answerer = "live-9.9"
    let shift: UInt32
    init(shift: UInt32) { self.shift = shift }
    func renew() {}

    func run(_ scenario: Scenario, waiters: WaiterKind) -> RunReport {
      var contract = Contract(release: KernelRelease(6, 18))
      var observations: [Observation] = []
      for operation in scenario.operations {
        var operation = operation
        operation.stated = nil
        if case .wait(let waiter, var address, let value, let bitset, let timeout, let mode) = operation.action {
          address.offset += shift
          operation.action = .wait(waiter, address, value: value, bitset: bitset, timeout, mode)
        }
        guard let observation = contract.step(operation).only else { break }
        observations.append(observation)
      }
      return RunReport(observations: observations, end: .completed)
    }
  }

  private func notes(shift: UInt32) throws -> [String] {
    let scenario = try ScenarioParser.parse(
      """
      keywake 1
      process a
      a map x anonymous pages=1 shared rw
      a wait x+0 value=0 -> w
      a load x+8
      a wake x+0 count=1
      """, file: "test")
    let (kernel, judge) = (ShiftedKernel(shift: shift), Judge(release: KernelRelease(6, 18)))
    return OtherWords.notes(
      scenario, kernel.run(scenario, waiters: .ring), at: 4, waiters: .ring, kernel: kernel, judge: judge)
  }

  @Test func theWordThatFindsTheWaiterIsNamed() throws {
    #expect(try notes(shift: 8) == ["w is woken by: a wake x+8 count=2147483647"])
  }

  @Test func wordsThatFindNobodyAreCounted() throws {
    let lines = try notes(shift: 1024)
    #expect(lines.count == 1)
    #expect(lines.first?.hasPrefix("w still sleeps: a wake by none of ") == true)
  }

  @Test func aWaiterThatIsAwakeIsNotMissing() throws {
    #expect(try notes(shift: 0) == [])
  }
}
