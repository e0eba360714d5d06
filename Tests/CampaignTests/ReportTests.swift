import Foundation
import Testing

@testable import Campaign

@Suite struct ReportTests {
  private func status(_ campaign: TestCampaign, evil: String = "wake") throws -> CampaignStatus {
    let store = try CampaignStore(writing: campaign.folder)
    let run = try store.beginRun(TestCampaign.run())
    var shift = try store.beginShift(TestCampaign.shift(run))
    shift.state = .crashed
    shift.note = evil
    shift.seconds = 2
    shift.executions = 1234
    var finding = TestCampaign.finding("wake")
    finding.seen = evil
    _ = try store.endShift(
      shift, sightings: [Sighting(finding: finding, source: "generator", occurrences: 2)], entries: [], at: 105)
    for second in 1...900 {
      try store.add(
        SampleRow(
          run: run.id ?? 0, at: 100 + Int64(second), worked: Double(second), executions: Int64(second * 10),
          operations: 0, coverage: Int64(second), corpus: 1, findings: second > 400 ? 1 : 0, memory: 1000,
          storeSeconds: 0.1))
    }
    return try CampaignStatus(store, campaign.folder)
  }

  @Test func nothingThatWasFoundIsMarkup() throws {
    let evil = "</pre><script>alert(\"1\")</script>&'\u{1}"
    let text = CampaignPage(try status(TestCampaign(), evil: evil)).text
    #expect(!text.contains("<script"))
    #expect(text.contains("&lt;/pre&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;\u{FFFD}"))
    // One file that needs no other.
    for word in ["src=", "href=", "url(", "@import"] { #expect(!text.contains(word)) }
  }

  @Test func samplesAreThinnedOut() throws {
    let status = try status(TestCampaign())
    #expect(status.samples.count <= CampaignStatus.mostSamples + 1)
    #expect(status.samples.last?.worked == 900)
    #expect(abs(status.rate - 10) < 0.2)
    #expect(Rates.over(status.samples).dropFirst(20).allSatisfy { abs($0.y - 10) < 0.5 })
  }

  @Test func isTheSameAsData() throws {
    let status = try status(TestCampaign())
    let data = Data(ReportFiles.json(status).utf8)
    let decoded = try JSONDecoder().decode(CampaignStatus.self, from: data)
    #expect(decoded.findings.map(\.signature) == status.findings.map(\.signature))
    #expect(decoded.findings[0].timeline.count == 1)
  }

  @Test func metricsAreInPrometheusForm() throws {
    let text = Metrics(try status(TestCampaign())).text
    #expect(
      text.contains("# TYPE keywake_executions_total counter\nkeywake_executions_total{kind=\"generator\"} 1234.0\n"))
    #expect(text.contains("keywake_findings{state=\"new\"} 1.0"))
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      #expect(line.wholeMatch(of: /[a-z_]+(\{[a-z]+="[^"]*"\})? [-+.0-9e]+/) != nil, "\(line)")
    }
    #expect(Metrics.escaped("a\"\\\n") == #"a\"\\\n"#)
  }

  @Test func plotsHaveRoundAxes() {
    #expect([0, 0.3, 1, 3, 7, 11, 210].map(Plot.roundedUp) == [1, 0.5, 1, 5, 10, 20, 500])
    var text = ""
    Plot(title: "Rate", unit: "x", points: [(0, 0), (10, 5)], style: "rate").svg.write(to: &text)
    #expect(text.contains("<svg viewBox=\"0 0 400 150\""))
    var empty = ""
    Plot(title: "Rate", unit: "x", points: [(1, 1)], style: "rate").svg.write(to: &empty)
    #expect(empty.contains("No data yet."))
  }

  @Test func linesFitATerminal() throws {
    let lines = StatusText(try status(TestCampaign()), width: 80).lines()
    #expect(lines[0].contains("of work in 1 run"))
    #expect(lines.contains { $0.contains("new       wake-finds-key_wake_memfd-shared_live-6.18  2x") })
    #expect(lines.contains { $0.hasPrefix("rate") && $0.contains("█") })
  }

  /// One cause shows in many kinds of memory: the list stays short.
  @Test func findingsOfAKindStandTogether() throws {
    var status = try status(TestCampaign())
    for memory in ["tmpfs-shared", "disk-shared"] {
      var other = try #require(status.findings.first)
      other.memory = memory
      other.signature = "wake-finds-key_wake_\(memory)_live-6.18"
      status.findings.append(other)
    }
    var another = status.findings[0]
    (another.operation, another.signature) = ("wait", "wake-finds-key_wait_memfd-shared_live-6.18")
    status.findings.insert(another, at: 1)
    #expect(FindingGroup.of(status.findings).map(\.findings.count) == [3, 1])
    let all = StatusText(status, width: 80).lines()
    #expect(all.contains("4 findings of 2 kinds:"))
    #expect(all.count { $0.hasPrefix("  new ") } == 4)
    let some = StatusText(status, width: 80).lines(mostFindings: 1)
    #expect(some.count { $0.hasPrefix("  new ") } == 1)
    #expect(some.contains("            and 2 more of its kind: tmpfs-shared, disk-shared"))
    #expect(some.contains("  and 1 more kind"))
    let page = CampaignPage(status).text
    #expect(page.contains("<summary class=\"dim\">and 2 more of its kind: tmpfs-shared, disk-shared</summary>"))
    for finding in status.findings { #expect(page.contains("id=\"\(finding.signature)\"")) }
  }

  @Test func numbersAreShort() {
    #expect(
      [0, 0.5, 12, 999, 1200, 45_000, 3_400_000].map(Number.short) == ["0", "0.5", "12", "999", "1.2k", "45k", "3.4M"])
    #expect(Number.grouped(1_234_567) == "1,234,567")
    #expect([5, 123, 3723, 273_600].map(Number.duration) == ["5s", "2m 03s", "1h 02m", "3d 4h"])
    #expect(Number.time(1_764_106_951) == "2025-11-25 21:42:31")
    #expect(Sparkline.text([0, 1, 2, 4], width: 10) == "▁▃▅█")
    #expect(Sparkline.text([0, 0], width: 10) == "")
  }

  @Test func costsAreSharesOfTheTime() {
    func shift(_ kind: String, _ seconds: Double, _ state: ShiftRow.State = .done) -> ShiftRow {
      ShiftRow(run: 1, slot: 0, kind: kind, seed: 0, command: "", started: 0, state: state, seconds: seconds)
    }
    let costs = CampaignCosts(
      [shift("generator", 11), shift("triage", 10), shift("stress", 10), shift("generator", 4, .interrupted)],
      seconds: 20, workers: 2, storeSeconds: 0.1, shiftSeconds: 10)
    #expect(costs.shifts == 4)
    #expect(abs(costs.store - 0.005) < 1e-9)
    #expect(abs(costs.triage - 0.25) < 1e-9)
    #expect(abs(costs.restarts - 0.025) < 1e-9)
    #expect(abs(costs.idle - 0.125) < 1e-9)
  }
}
