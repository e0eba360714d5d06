import Contract
import CrossCheck
import LiveKernel
import Scenario
import Testing

private let release = KernelRelease(6, 18)

private let twoProcesses = """
  keywake 1
  process a
  process b
  file f memfd pages=2
  a map x f pages=0..1 shared rw
  b map y f pages=0..1 shared rw
  a wait x+0x10 value=0 -> w
  b load y+0
  b wake y+0x10 count=1
  a truncate f pages=0
  b wake y+0x10 count=1
  """

@Suite struct JudgeTests {
  private func verdict(_ fault: FaultyKernel.Fault, _ text: String = twoProcesses) throws -> Verdict {
    let scenario = try ScenarioParser.parse(text, file: "test")
    return Judge(release: release).judge(scenario, FaultyKernel(fault).run(scenario, waiters: .ring), waiters: .ring)
  }
  private func divergence(_ fault: FaultyKernel.Fault, _ text: String = twoProcesses) throws -> Divergence {
    guard case .disagree(let divergence) = try verdict(fault, text) else {
      throw Unexpected(verdict: try verdict(fault, text))
    }
    return divergence
  }
  struct Unexpected: Error { var verdict: Verdict }

  @Test func aKernelThatKeepsThePromiseAgrees() throws {
    #expect(try verdict(.none).kind == .agree)
  }

  @Test func aLostWakeIsFoundWhereItHappens() throws {
    let found = try divergence(.losesWakes)
    #expect(found.position == 7)
    #expect(found.operation == "wake")
    #expect(found.memory == "memfd-shared")
    #expect(found.promised == "1 wakes w")
    #expect(found.seen == "0")
  }

  @Test func aForgottenEndOfFileIsFound() throws {
    let found = try divergence(.forgetsTheEnd)
    #expect(found.position == 9)
    #expect(found.promised == "EFAULT")
  }

  @Test func aWakeThatNobodyAskedForIsFound() throws {
    let found = try divergence(.wakesUnasked)
    #expect(found.position == 6)
    #expect(found.seen == "0 wakes w")
  }

  @Test func aFalseStatementIsFoundThoughTheKernelKeepsThePromise() throws {
    let text = twoProcesses + "  => 0\n"
    let found = try divergence(.none, text)
    #expect(found.rule == "stated")
    #expect(found.position == 9)
    #expect(found.promised == "0" && found.seen == "EFAULT")
  }

  @Test func aHangIsAFindingAndASlowMachineIsNot() throws {
    let found = try divergence(.hangsAt(7, rule: "kernel-loop"))
    #expect(found.rule == "kernel-loop" && found.position == 7)
    #expect(try verdict(.hangsAt(7, rule: "slow-machine")).kind == .undecided)
  }

  @Test func missingAnswersAreOurOwnError() throws {
    #expect(try verdict(.stopsAt(4)).kind == .harnessFault)
  }

  @Test func aSkipIsNoPass() throws {
    guard case .skipped("no such thing here") = try verdict(.skips("no such thing here")) else {
      Issue.record("expected a skip")
      return
    }
    var counts = VerdictCounts()
    counts.add(try verdict(.skips("no such thing here")))
    #expect(counts.exitCode == .nothingExecuted)
    #expect(counts.sortedReasons.map(\.reason) == ["skipped: no such thing here"])
  }

  @Test func theComparisonMarksTheFirstDivergence() throws {
    let scenario = try ScenarioParser.parse(twoProcesses, file: "test")
    let report = FaultyKernel(.losesWakes).run(scenario, waiters: .ring)
    let lines = Judge(release: release).comparison(scenario, report, waiters: .ring)
    #expect(lines.count == scenario.operations.count)
    #expect(lines.filter(\.diverges).map(\.operation) == ["b wake y+0x10 count=1"])
    #expect(lines[9].promised.isEmpty && lines[9].seen == "EFAULT")
  }

  @Test func anAlarmOfTheRunIsAFindingThoughAllResultsAgree() throws {
    let scenario = try ScenarioParser.parse(twoProcesses, file: "test")
    var report = FaultyKernel(.none).run(scenario, waiters: .ring)
    report.alarms = [.init(position: 7, rule: "keys-inconsistent", text: "x wakes y, y does not wake x")]
    guard case .disagree(let found) = Judge(release: release).judge(scenario, report, waiters: .ring) else {
      Issue.record("expected a finding")
      return
    }
    #expect(found.rule == "keys-inconsistent" && found.position == 7)
  }

  @Test func signaturesHaveNoAddressesAndAreFolderNames() throws {
    let signature = try divergence(.losesWakes).signature(of: "live-6.18")
    #expect(signature.hasSuffix("_wake_memfd-shared_live-6.18"))
    let strange = Divergence(
      position: 0, rule: "a/b", operation: "..", memory: "m n", promised: "", seen: "")
    #expect(strange.signature(of: "live-1.0") == "a-b_.._m-n_live-1.0")
  }
}
