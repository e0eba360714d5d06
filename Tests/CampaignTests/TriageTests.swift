import CrossCheck
import Foundation
import Testing

@testable import Campaign

@Suite struct TriageTests {
  private func row(_ state: FindingState, rule: String = "wake-finds-key") -> FindingRow {
    FindingRow(
      signature: "s", source: "generator", rule: rule, operation: "wake", memory: "m", promised: "p", seen: "q",
      kernel: "6.18", state: state, firstSeen: 1, lastSeen: 1)
  }
  private var triage: Triage {
    Triage(
      maker: CommandMaker(
        settings: CampaignSettings(
          folder: CampaignFolder("/c"), tool: "/bin/keywake", liveArguments: ["--waiters", "ring"], agent: nil,
          corpus: nil, kinds: [], workers: 1, shiftSeconds: 1, seed: 1)), kinds: [])
  }
  private func again(_ ring: Int, _ thread: Int) -> [Finding.Reproduction] {
    [
      .init(waiters: "ring", attempts: 10, reproduced: ring, others: 0),
      .init(waiters: "thread", attempts: 10, reproduced: thread, others: 0),
    ]
  }

  @Test(arguments: [
    (FindingState.new, 10, 10, FindingState.confirmed), (.new, 10, 0, .confirmed), (.new, 8, 0, .confirmed),
    (.new, 7, 7, .flaky), (.new, 1, 0, .flaky), (.new, 0, 0, .flaky), (.confirmed, 0, 0, .fixed),
    (.confirmed, 3, 0, .flaky), (.fixed, 0, 0, .fixed), (.fixed, 10, 10, .confirmed),
  ])
  func rateDecidesTheState(_ before: FindingState, _ ring: Int, _ thread: Int, _ after: FindingState) {
    let outcome = triage.judge(row(before), again(ring, thread), nil, "6.18")
    #expect(outcome.state == after)
    #expect(outcome.next == (after == .confirmed ? .minimise : nil))
    #expect(outcome.text == "shown in \(ring) of 10 with ring waiters, \(thread) of 10 with thread waiters")
  }

  /// A target that is started from elsewhere and does not find the races ends at once: a finding that is none.
  @Test func targetsFindTheAgentAndTheRacesFromAnywhere() {
    let kind = WorkerKind(name: "MachineRaces", form: .target(program: "/t/MachineRaces"))
    let maker = CommandMaker(
      settings: CampaignSettings(
        folder: CampaignFolder("/c"), tool: "/bin/keywake", liveArguments: [], agent: "/bin/keywake-agent",
        corpus: "/k/Corpus", kinds: [kind], workers: 1, shiftSeconds: 1, seed: 1))
    var crash = row(.new, rule: "crash")
    crash.source = kind.name
    let shift = maker.shift(kind, number: 1, seed: 1, seconds: 1)
    let again = Triage(maker: maker, kinds: [kind]).command(.reproduce, of: crash, seed: 1)
    for command in [shift, again] {
      #expect(command.program == "/t/MachineRaces")
      #expect(command.environment["KEYWAKE_LITMUS"] == "/k/Corpus/litmus")
      #expect(command.environment["KEYWAKE_AGENT"] == "/bin/keywake-agent")
    }
    #expect(shift.environment["KEYWAKE_FINDINGS"] == "/c/shifts/1/findings")
    #expect(again.environment["KEYWAKE_FINDINGS"] == nil)
  }

  @Test func aKnownIssueExplainsIt() {
    let outcome = triage.judge(row(.new), again(0, 0), "some-issue", "6.18")
    #expect(outcome.state == .known)
    #expect(outcome.knownIssue == "some-issue")
    // Where it also shows what the issue does not explain, it is a finding.
    #expect(triage.judge(row(.new), again(10, 0), "some-issue", "6.18").state == .confirmed)
  }

  @Test func aRaceIsConfirmedByOneMoreRun() {
    let rare = [Finding.Reproduction(waiters: "ring", attempts: 4000, reproduced: 1, others: 0)]
    let outcome = triage.judge(row(.new, rule: "race-outcome"), rare, nil, "6.18")
    #expect(outcome.state == .confirmed)
    #expect(outcome.next == nil)
  }

  @Test func stepsAreCommands() {
    let finding = row(.confirmed)
    #expect(
      triage.command(.export, of: finding, seed: 1).text
        == "keywake export /c/findings/s/scenario.min.kw --as c --output /c/findings/s/program.c")
    #expect(triage.command(.minimise, of: finding, seed: 1).text.hasSuffix("--resume --json --waiters ring"))
    #expect(triage.command(.reproduce, of: row(.new, rule: "machine-race"), seed: 1).arguments.first == "explore")
    #expect(triage.command(.reproduce, of: row(.new, rule: "race-outcome"), seed: 1).arguments.first == "litmus")
  }

  @Test func mergingTwiceIsMergingOnce() throws {
    let place = try TestCampaign()
    let (a, b, out) = ("\(place.folder.path)/a", "\(place.folder.path)/b", "\(place.folder.path)/out")
    let first = try FindingStore(folder: .init(a))
    _ = try first.record(TestCampaign.finding("wake", occurrences: 3))
    _ = try first.record(TestCampaign.finding("waitv"))
    try "int main(void);".write(
      toFile: "\(a)/\(TestCampaign.finding("wake").signature)/program.c", atomically: true, encoding: .utf8)
    let second = try FindingStore(folder: .init(b))
    _ = try second.record(TestCampaign.finding("wake", occurrences: 4, kernel: "6.19.0"))
    let merged = try FindingsMerge.run([a, b], into: out)
    #expect((merged.read, merged.added, merged.joined, merged.total) == (3, 2, 1, 2))
    let once = try FindingStore(folder: .init(out)).read(TestCampaign.finding("wake").signature)
    #expect(once.occurrences == 7)
    #expect(once.releases?.map(\.kernel) == ["6.18.1", "6.19.0"])
    #expect(FileManager.default.fileExists(atPath: "\(out)/\(once.signature)/program.c"))
    let again = try FindingsMerge.run([b, a, out], into: out)
    #expect((again.added, again.joined, again.unchanged) == (0, 0, 5))
    #expect(try FindingStore(folder: .init(out)).read(once.signature).occurrences == 7)
    #expect(throws: CampaignError.self) { try FindingsMerge.run(["\(place.folder.path)/none"], into: out) }
  }
}
