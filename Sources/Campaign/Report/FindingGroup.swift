/// Findings of the same rule, operations and version: most likely one cause that shows in several kinds of memory.
public struct FindingGroup: Sendable {
  public let findings: [FindingStatus]

  /// In the order of their first findings.
  public static func of(_ findings: [FindingStatus]) -> [FindingGroup] {
    struct Key: Hashable { var rule, operation, variant: String }
    var order: [Key] = []
    var members: [Key: [FindingStatus]] = [:]
    for finding in findings {
      let key = Key(rule: finding.rule, operation: finding.operation, variant: finding.variant ?? "")
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(finding)
    }
    return order.map { FindingGroup(findings: members[$0] ?? []) }
  }

  /// `22 findings of 5 kinds`.
  static func count(_ groups: [FindingGroup]) -> String {
    let all = groups.reduce(0) { $0 + $1.findings.count }
    let count = "\(all) \(all == 1 ? "finding" : "findings")"
    return groups.count < all ? "\(count) of \(groups.count) \(groups.count == 1 ? "kind" : "kinds")" : count
  }

  /// What the others have instead of the first one's memory.
  var otherMemory: String { findings.dropFirst().map(\.memory).joined(separator: ", ") }
}
