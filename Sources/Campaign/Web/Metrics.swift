/// The campaign's numbers in the text form of Prometheus.
public struct Metrics {
  private var lines: [String] = []

  public init(_ status: CampaignStatus) {
    gauge("keywake_campaign_working", "Whether the campaign is at work.", [("", status.isWorking ? 1 : 0)])
    counter(
      "keywake_executions_total", "Inputs run, by kind of worker.",
      status.kinds.map { (label($0.name), Double($0.executions)) })
    counter(
      "keywake_operations_total", "Operations run, or states looked at.",
      status.kinds.map { (label($0.name), Double($0.operations)) })
    counter("keywake_worker_seconds_total", "Time of workers.", status.kinds.map { (label($0.name), $0.seconds) })
    counter(
      "keywake_worker_troubles_total", "Workers that did not end as they should.",
      status.kinds.map { (label($0.name), Double($0.troubles)) })
    gauge("keywake_executions_per_second", "Rate of the last minute.", [("", status.rate)])
    gauge("keywake_coverage_counters", "Counters covered.", [("", Double(status.coverage))])
    gauge("keywake_corpus_inputs", "Inputs of coverage-guided targets.", [("", Double(status.corpus))])
    gauge("keywake_store_share", "Share of the time spent in the store.", [("", status.storeShare)])
    gauge(
      "keywake_memory_bytes", "Memory of the campaign's process.",
      [("", Double((status.samples.last?.memory ?? 0) * 1024))])
    gauge(
      "keywake_findings", "Signatures, by state.",
      FindingState.allCases.map { state in
        ("{state=\"\(state.rawValue)\"}", Double(status.findings.filter { $0.state == state }.count))
      })
    counter(
      "keywake_finding_occurrences_total", "How often a signature was seen.",
      status.findings.map { ("{signature=\"\(Self.escaped($0.signature))\"}", Double($0.occurrences)) })
  }

  public var text: String { lines.joined(separator: "\n") + "\n" }

  private func label(_ kind: String) -> String { "{kind=\"\(Self.escaped(kind))\"}" }

  /// Label values escape three characters.
  static func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "\\": "\\\\"
      case "\"": "\\\""
      case "\n": "\\n"
      default: String(character)
      }
    }.joined()
  }

  private mutating func gauge(_ name: String, _ help: String, _ values: [(String, Double)]) {
    add(name, "gauge", help, values)
  }
  private mutating func counter(_ name: String, _ help: String, _ values: [(String, Double)]) {
    add(name, "counter", help, values)
  }
  private mutating func add(_ name: String, _ type: String, _ help: String, _ values: [(String, Double)]) {
    lines += ["# HELP \(name) \(help)", "# TYPE \(name) \(type)"] + values.map { "\(name)\($0.0) \($0.1)" }
  }
}
