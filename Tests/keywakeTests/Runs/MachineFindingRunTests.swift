import CrossCheck
import Foundation
import Testing

@testable import Campaign

/// Findings of the simulated kernel, from discovery to their explanation.
@Suite(.serialized) struct MachineFindingRunTests {
  private func signatures(_ folder: TestFolder, _ name: String) throws -> [String] {
    let ended = try Tool.run(
      [
        "fuzz", "--races", "--variant", "3.11", "--seed", "1", "--runs", "40", "--findings", folder.path(name),
        "--json",
      ], in: folder)
    #expect(ended.code == 1, "\(ended.all)")
    struct Summary: Decodable {
      var variant: String
      var findings: [String]
    }
    let summary = try JSONDecoder().decode(Summary.self, from: Data(ended.output.utf8))
    #expect(summary.variant == "3.11")
    // A race breaks two rules at times, and what it breaks is seen again.
    let counts = try summary.findings.map { signature in
      try JSONDecoder().decode(Finding.self, from: Data(folder.text("\(name)/\(signature)/finding.json").utf8))
        .occurrences
    }
    #expect(counts.reduce(0, +) > summary.findings.count, "\(counts)")
    #expect(HostLook.names(folder.path(name)).sorted() == summary.findings.sorted())
    return summary.findings
  }

  @Test func eachSignatureIsKeptOnceAndTheSameSeedGivesTheSame() throws {
    let folder = try TestFolder()
    let first = try signatures(folder, "a")
    #expect(first.contains("use-after-free_unmap-against-wake_memfd-shared_machine-3.11"), "\(first)")
    #expect(try signatures(folder, "b") == first)
    for signature in first {
      let text = folder.text("a/\(signature)/scenario.kw")
      #expect(text == folder.text("b/\(signature)/scenario.kw"))
      #expect(text.contains("# Finding \(signature)\n# On the simulated kernel, version 3.11: "), "\(text)")
      #expect(text.contains("\nschedule 1 version=3.11 "), "\(text)")
    }
  }

  @Test func aProgramThatIsWrongIsAnErrorWithItsPlace() throws {
    let folder = try TestFolder()
    let file = try folder.write(
      "program derive.mine (uaddr, rw) -> err, key\n  int err\n  err = = 1\nend\n", to: "m.kwp")
    let scenario = try folder.scenario("process a\n")
    for command in [["fuzz", "--races"], ["minimize", scenario], ["campaign", folder.path("c"), "--time", "1s"]] {
      let ended = try Tool.run(command + ["--variant", "mine", "--program", file], in: folder)
      #expect(ended.code == 2, "\(ended.all)")
      #expect(ended.errors.contains("\(file):3:9: "), "\(ended.all)")
      #expect(try Tool.run(command + ["--variant", "0.1"], in: folder).errors.contains("no version '0.1'"))
    }
    #expect(HostLook.names(folder.path("c")) == [])
  }

  /// A copy does what the version does, and what is then broken in it is found.
  @Test func aCopyOfAVersionIsAStartForAChange() throws {
    let folder = try TestFolder()
    let copy = try Tool.run(["variants", "copy", "current", "mine"], in: folder)
    #expect(copy.code == 0 && copy.output.hasPrefix("program derive.mine (uaddr, rw) -> err, key\n"), "\(copy.all)")
    let file = try folder.write(copy.output, to: "mine.kwp")
    let races = [
      "fuzz", "--races", "--variant", "mine", "--program", file, "--seed", "1", "--findings", folder.path("f"),
    ]
    let right = try Tool.run(races + ["--runs", "8"], in: folder)
    #expect(right.code == 0, "\(right.all)")
    let line = "  if (mapping2 != mapping) goto changed"
    let parts = copy.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(parts.count { $0.hasPrefix(line) } == 1)
    _ = try folder.write(parts.filter { !$0.hasPrefix(line) }.joined(separator: "\n"), to: "mine.kwp")
    let wrong = try Tool.run(races + ["--runs", "8"], in: folder)
    #expect(wrong.code == 1, "\(wrong.all)")
    #expect(HostLook.names(folder.path("f")).contains { $0.hasPrefix("use-after-free_") }, "\(wrong.all)")
    for (name, message) in [("4.6", "already"), ("a b", "expected a name")] {
      let refused = try Tool.run(["variants", "copy", "current", name], in: folder)
      #expect(refused.code == 2 && refused.errors.contains(message), "\(refused.all)")
    }
    #expect(try Tool.run(["variants", "show", "current"], in: folder).output.contains("\nagain:\n"))
  }

  @Test func aCampaignOfAVersionExplainsWhatItFindsByItself() throws {
    let folder = try TestFolder()
    let program = try folder.write(
      "program env.mine () -> n\n  title Nothing\n  source nobody\n  int n\n  n = 0\n  return n\nend\n", to: "mine.kwp")
    let place = folder.path("campaign")
    let options = ["campaign", place, "--only", "machine-races", "--workers", "1", "--shift", "2s", "--seed", "1"]
    let campaign = try Tool(options + ["--variant", "3.11", "--program", program], in: folder)
    while campaign.isRunning, campaign.errors.components(separatedBy: "explained step by step").count < 3 {
      usleep(2000)
    }
    let ended = campaign.end(SIGINT)
    #expect(ended.code == 1, "\(ended.all)")
    #expect(ended.output.contains("; simulated kernel: version 3.11 with \(place)/program.kwp"), "\(ended.output)")
    let status = try JSONDecoder().decode(
      CampaignStatus.self, from: Data(Tool.run(["status", place, "--json"], in: folder).output.utf8))
    #expect(status.run?.variant == "3.11")
    let finding = try #require(status.findings.first { $0.explained != nil })
    #expect(finding.variant == "3.11" && finding.kernel == "machine-3.11" && finding.state == .confirmed)
    #expect(finding.signature.hasSuffix("_machine-3.11"))
    #expect(finding.timeline.map(\.state) == [.new, .confirmed, .confirmed, .confirmed])
    #expect(finding.scenario.contains("# On the simulated kernel, version 3.11: "), "\(finding.scenario)")
    let explained = finding.explained ?? ""
    #expect(explained == "findings/\(finding.signature)/explained.html")
    #expect(folder.text("campaign/\(explained)").contains("<svg"))
    // Each broke two rules, and each page is of its own.
    for finding in status.findings where finding.explained != nil {
      let words = ["use-after-free": "=> use after free (lane ", "warn": "=> WARN reached (lane "]
      let text = folder.text("campaign/findings/\(finding.signature)/explained.txt")
      #expect(text.contains(words[finding.rule] ?? "?"), "\(finding.signature): \(text)")
    }
    #expect(folder.text("campaign/report.html").contains(explained))
    // Another start is of the same programs.
    try folder.write(folder.text("mine.kwp") + "# changed\n", to: "mine.kwp")
    let other = try Tool.run(options + ["--program", program, "--time", "1s"], in: folder)
    #expect(other.code == 2)
    #expect(other.errors.contains("began with other programs"), "\(other.errors)")
  }
}
