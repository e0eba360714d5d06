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
    (.confirmed, 3, 0, .flaky), (.fixed, 0, 0, .fixed), (.fixed, 10, 10, .confirmed), (.known, 0, 0, .fixed),
    (.flaky, 0, 0, .flaky),
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
    let again = Triage(maker: maker, kinds: [kind]).command(.reproduce, of: crash, seed: 1, shift: 2)
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
    #expect(outcome.next == .minimise)
  }

  /// Nothing of a worker goes anywhere but below its shift's folder.
  @Test func racesAndStressKeepTheirFindingsInTheCampaign() throws {
    let maker = CommandMaker(
      settings: CampaignSettings(
        folder: CampaignFolder("/c"), tool: "/bin/keywake",
        liveArguments: ["--waiters", "ring", "--agent", "/a", "--hang-after", "9s"], agent: "/a", corpus: nil,
        kinds: [.liveRaces, .stress], workers: 1, shiftSeconds: 1, seed: 1))
    #expect(
      maker.shift(.liveRaces, number: 3, seed: 7, seconds: 20).text
        == "keywake litmus Corpus/races --json --time 2s --seed 7 --findings /c/shifts/3/findings --waiters ring "
        + "--agent /a --hang-after 9s")
    #expect(
      maker.shift(.stress, number: 3, seed: 7, seconds: 5).text
        == "keywake stress --json --time 5s --seed 7 --findings /c/shifts/3/findings --agent /a")
    let triage = Triage(maker: maker, kinds: [])
    var race = row(.new)
    race.source = "live-races"
    #expect(
      triage.command(.reproduce, of: race, seed: 1, shift: 4).text.hasPrefix(
        "keywake litmus /c/findings/s/scenario.kw --json --only-count --time 15s --seed 1 --findings /c/shifts/4/findings"
      ))
    var stress = row(.new, rule: "stress-lost-wake")
    stress.source = "stress"
    #expect(triage.command(.reproduce, of: stress, seed: 1, shift: 4).arguments.first == "stress")
  }

  /// Every other shift of races is quiet; what a noise brought is run again, and reduced, beside the same noise.
  @Test func noiseGoesOnWithTheFinding() throws {
    let campaign = try TestCampaign()
    var settings = CampaignSettings(
      folder: campaign.folder, tool: "/bin/keywake", liveArguments: [], agent: nil, corpus: nil, kinds: [.liveRaces],
      workers: 1, shiftSeconds: 1, seed: 1)
    settings.noises = ["reclaim", "hog"]
    let maker = CommandMaker(settings: settings)
    let noises = (0..<12).map { seed -> String? in
      let words = maker.shift(.liveRaces, number: 3, seed: UInt64(seed), seconds: 20).arguments
      return words.firstIndex(of: "--noise").map { words[$0 + 1] }
    }
    #expect(noises.filter { $0 == nil }.count == 6)
    #expect(Set(noises.compactMap { $0 }) == ["reclaim", "hog", "reclaim,hog"])

    var finding = TestCampaign.finding("wake")
    finding.race = Finding.Race(jitter: 77, lanes: "0@0 1@1", runs: 100, count: 1)
    finding.race?.noise = "reclaim"
    _ = try FindingStore(folder: .init(campaign.folder.findings)).record(finding)
    var race = row(.new)
    (race.signature, race.source) = (finding.signature, "live-races")
    let triage = Triage(maker: maker, kinds: [])
    for step in [TriageStep.reproduce, .minimise] {
      #expect(
        triage.command(step, of: race, seed: 1, shift: 4).text.contains(" --jitter 77 --noise reclaim"), "\(step)")
    }
    let report = campaign.folder.finding(finding.signature) + "/report.txt"
    let text = try String(contentsOfFile: report, encoding: .utf8)
    #expect(text.contains("noise       reclaim\n") && text.contains(" --first-run 2 --noise reclaim --table\n"))
  }

  @Test func racesAndStressAreJudgedByTheSignature() throws {
    var race = row(.new)
    race.source = "live-races"
    let runs = #"{"races":[{"file":"f","waiters":"ring","runs":4000,"outcomes":["#
    func outcome(_ signature: String) -> String {
      #"{"count":2,"standing":"forbidden","signature":"\#(signature)"}]}]}"#
    }
    for (signature, state) in [("s", FindingState.confirmed), ("other", .flaky)] {
      let outcome = try triage.outcome(
        .reproduce, of: race, exitCode: 1, output: runs + outcome(signature), errors: "", kernel: "6.18"
      ).get()
      #expect(outcome.state == state)
      #expect(outcome.next == (state == .confirmed ? .minimise : nil))
    }
    var stress = row(.confirmed, rule: "stress-lost-wake")
    stress.source = "stress"
    for (signatures, state) in [(#""s""#, FindingState.confirmed), ("", .fixed)] {
      let outcome = try triage.outcome(
        .reproduce, of: stress, exitCode: 1,
        output: #"{"operations":9,"counts":{"checks":3},"signatures":[\#(signatures)]}"#, errors: "", kernel: "6.18"
      ).get()
      #expect(outcome.state == state)
    }
  }

  @Test func stepsAreCommands() {
    let finding = row(.confirmed)
    #expect(
      triage.command(.export, of: finding, seed: 1, shift: 2).text
        == "keywake export /c/findings/s/scenario.min.kw --as c --output /c/findings/s/program.c")
    #expect(triage.command(.minimise, of: finding, seed: 1, shift: 2).text.hasSuffix("--resume --json --waiters ring"))
    for (rule, command) in [("race-outcome", "litmus"), ("wake-finds-key", "triage")] {
      let again = triage.command(.reproduce, of: row(.new, rule: rule), seed: 1, shift: 2)
      #expect(again.arguments.first == command)
    }
  }

  /// What the simulated kernel shows is run, minimised and explained there, with nothing of the live kernel.
  @Test func stepsOfTheSimulatedKernel() throws {
    var finding = row(.new, rule: "use-after-free")
    (finding.variant, finding.kernel) = ("3.11", "machine-3.11")
    func text(_ step: TriageStep) -> String { triage.command(step, of: finding, seed: 1, shift: 2).text }
    #expect(text(.reproduce) == "keywake explore /c/findings/s/scenario.kw --json --variant 3.11")
    #expect(
      text(.minimise)
        == "keywake minimize /c/findings/s/scenario.kw --signature s --output /c/findings/s/scenario.min.kw "
        + "--time 120s --resume --json --variant 3.11")
    #expect(
      text(.export)
        == "keywake explain /c/findings/s/scenario.min.kw --html /c/findings/s/explained.html "
        + "--text /c/findings/s/explained.txt --variant 3.11")
    func outcome(_ step: TriageStep, _ code: CInt, _ output: String = "") throws -> TriageOutcome {
      try triage.outcome(step, of: finding, exitCode: code, output: output, errors: "", kernel: "6.18").get()
    }
    let again = try outcome(.reproduce, 1, #"{"scenarios":[{"signatures":["other","s"]}]}"#)
    #expect(again.state == .confirmed && again.next == .minimise && again.kernel == "machine-3.11")
    #expect(again.reproductions == [.init(waiters: "-", attempts: 1, reproduced: 1, others: 1)])
    // Another one is not the same.
    #expect(try outcome(.reproduce, 1, #"{"scenarios":[{"signatures":["other"]}]}"#).state == .flaky)
    #expect(throws: CampaignError.self) { try outcome(.reproduce, 1) }
    #expect(throws: CampaignError.self) { try outcome(.reproduce, 2) }
    #expect(try outcome(.export, 0).explained == "findings/s/explained.html")
    #expect(throws: CampaignError.self) { try outcome(.export, 2) }
  }

  @Test func programsAreThoseThatTheCampaignBeganWith() throws {
    let campaign = try TestCampaign()
    let place = campaign.folder
    #expect(throws: CampaignError.self) { try place.keep([1], isFirst: false) }
    try place.keep(nil, isFirst: true)
    #expect(!place.hasProgram)
    try place.keep([1], isFirst: true)
    try place.keep([1], isFirst: false)
    try place.keep(nil, isFirst: false)
    #expect(place.hasProgram)
    #expect(throws: CampaignError.self) { try place.keep([2], isFirst: false) }
    #expect(FileManager.default.contents(atPath: place.program) == Data([1]))
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
