import Foundation
import Testing

@testable import Campaign

/// `keywake campaign` as a user runs it, on kernels that are wrong on purpose.
@Suite(.serialized) struct CampaignRunTests {
  /// A copy of the agent that is wrong in the way named.
  private func wrongAgent(_ how: String, in folder: TestFolder) throws -> String {
    // By another process: a descriptor of this one, in a child that another test starts, would make the file busy.
    let path = folder.path("WrongAgent")
    let made = try Tool.run(
      ["-c", "cp \"$0\" \"$1\" && printf %s \"$2\" >>\"$1\"", Tool.program("WrongAgent"), path, how],
      program: "/bin/sh", in: folder)
    #expect(made.code == 0, "\(made.all)")
    return path
  }

  private func status(_ folder: TestFolder) throws -> CampaignStatus {
    let ended = try Tool.run(["status", folder.path("campaign"), "--json"], in: folder)
    #expect(ended.code == 0, "\(ended.all)")
    return try JSONDecoder().decode(CampaignStatus.self, from: Data(ended.output.utf8))
  }

  private func start(_ folder: TestFolder, agent: String, _ more: [String] = []) throws -> Tool {
    try Tool(
      [
        "campaign", folder.path("campaign"), "--only", "generator", "--workers", "2", "--shift", "3s", "--seed", "5",
        "--agent", agent, "--kernel-log", "/dev/null",
      ] + more, in: folder)
  }

  @Test func aPlantedFaultBecomesACProgramByItself() throws {
    let folder = try TestFolder()
    let agent = try wrongAgent("forgets-the-end", in: folder)
    let campaign = try start(folder, agent: agent)
    #expect(campaign.waits(for: "exported as a C program"), "\(campaign.errors)")
    let ended = campaign.end(SIGTERM)
    #expect(ended.code == 1, "\(ended.all)")
    #expect(ended.output.contains("report: "))
    let status = try status(folder)
    #expect(!status.isWorking)
    #expect(status.run?.stopped == "stopped by a signal")
    let finding = try #require(status.findings.first { $0.program != nil })
    #expect(finding.state == .confirmed)
    #expect(finding.operation == "wake")
    #expect(finding.timeline.map(\.state) == [.new, .confirmed, .confirmed, .confirmed])
    #expect(finding.reproductions.contains { $0.attempts == 10 && $0.reproduced == 10 })
    #expect(finding.scenario.contains("wake"))
    // A process, a file, a mapping, and the wake beyond its end.
    #expect(finding.scenario.split(separator: "\n").filter { !$0.hasPrefix("#") }.count <= 6, "\(finding.scenario)")
    // It needs no Keywake; and this host's own kernel is right.
    let source = "\(folder.path("campaign"))/\(finding.program ?? "")"
    let compiled = try Tool.run(
      ["-O1", "-Wall", "-Wextra", "-Werror", "-pthread", source, "-o", folder.path("program")], program: "gcc",
      in: folder)
    #expect(compiled.code == 0, "\(compiled.all)")
    #expect(try Tool.run([], program: folder.path("program"), in: folder).code == 0)
  }

  /// Workers and triage of this campaign that live.
  private func workers(_ folder: TestFolder) -> [Int32] {
    HostLook.names("/proc").compactMap { Int32($0) }.filter {
      HostLook.text("/proc/\($0)/cmdline").contains(folder.path("campaign") + "/")
    }
  }

  @Test func killedItGoesOnWhereItWas() throws {
    let folder = try TestFolder()
    let agent = try wrongAgent("ignores-the-page", in: folder)
    let first = try start(folder, agent: agent)
    #expect(first.waits(for: "found wake-finds-key"), "\(first.errors)")
    let announced = first.errors.split(separator: "\n").filter { $0.hasPrefix("found ") }
      .map { String($0.split(separator: " ")[1]) }
    // A worker dies, too: no more than a record.
    if let worker = workers(folder).first { kill(worker, SIGKILL) }
    #expect(first.end(SIGKILL).code == -SIGKILL)
    while !workers(folder).isEmpty { usleep(1000) }
    let killed = try status(folder)
    #expect(!killed.isWorking)
    #expect(Set(killed.findings.map(\.signature)).isSuperset(of: announced))

    let second = try start(folder, agent: agent)
    #expect(second.waits(for: "exported as a C program"), "\(second.errors)")
    // One owner.
    let third = try start(folder, agent: agent).end()
    #expect(third.code == 2)
    #expect(third.errors.contains("another campaign is at work in"), "\(third.errors)")
    #expect(second.end(SIGINT).code == 1)
    let after = try status(folder)
    #expect(after.runs == 2)
    #expect(Set(after.findings.map(\.signature)).count == after.findings.count)
    for finding in killed.findings {
      let now = try #require(after.findings.first { $0.signature == finding.signature })
      #expect(now.firstSeen == finding.firstSeen)
      #expect(now.occurrences >= finding.occurrences)
      #expect(now.timeline.filter { $0.state == .new }.count == 1)
    }
    // What is in the store is on disk, and no shift is half read.
    #expect(HostLook.names(folder.path("campaign/findings")).sorted() == after.findings.map(\.signature).sorted())
    #expect(HostLook.names(folder.path("campaign/shifts")) == [])
    #expect(!second.errors.contains("cannot"))
  }

  @Test func aBlindCampaignRefusesToRun() throws {
    let folder = try TestFolder()
    let campaign = try start(folder, agent: "/bin/true", ["--time", "30s"]).end()
    #expect(campaign.code == 3, "\(campaign.all)")
    #expect(campaign.errors.contains("the self-test failed: a kernel that hides a wake passed"), "\(campaign.errors)")
  }

  @Test func aShortCampaignEndsWithItsReport() throws {
    let folder = try TestFolder()
    let campaign = try ShortCampaign.run(folder, "campaign")
    #expect(campaign.code == 0, "\(campaign.all)")
    #expect(campaign.errors.contains("self-test: the derivation of Linux 3.11 breaks a rule"))
    #expect(folder.text("campaign/report.html").contains("machine-races"))
    let status = try status(folder)
    #expect(status.executions > 0)
    #expect(status.kinds.map(\.name) == ["machine-races"])
    let other = try Tool.run(["report", folder.path("campaign"), "--output", folder.path("r.html")], in: folder)
    #expect(other.code == 0, "\(other.all)")
    #expect(folder.text("r.json").contains("\"machine-races\""))
    #expect(try Tool.run(["status", folder.path("none")], in: folder).code == 2)
    #expect(try Tool.run(["triage", folder.path("campaign")], in: folder).output == "no findings\n")
  }

  @Test(arguments: [
    ["--only", "generatr"], ["--workers", "0"], ["--agent", "/nonexistent"], ["--time", "soon"],
  ])
  func badArgumentsAreErrors(_ arguments: [String]) throws {
    let folder = try TestFolder()
    let ended = try Tool.run(["campaign", folder.path("c"), "--time", "1s"] + arguments, in: folder)
    #expect(ended.code == 2, "\(ended.all)")
    #expect(!ended.errors.isEmpty)
  }
}
