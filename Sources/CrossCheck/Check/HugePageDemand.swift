import Scenario

/// How many pages of the hugetlb pool a scenario can need at once, at most. With fewer, an allocation may fail where
/// the Contract promises memory: such a scenario must be skipped, not judged.
package enum HugePageDemand {
  package static func bound(_ scenario: Scenario) -> Int {
    var kinds: [FileID: FileKind] = [:]
    var pages = 0
    var copies = 1
    for operation in scenario.operations {
      switch operation.action {
      case .file(let file, let kind, _):
        kinds[file] = kind
        // It can be grown to the limit.
        if kind == .memfdHugetlb { pages += Limits.pages }
      case .map(_, .anonymous(let count), _, _, let options) where options.contains(.hugetlb): pages += Int(count)
      case .map(_, .file(let file, let range), .private, _, _) where kinds[file] == .memfdHugetlb:
        pages += range.count
      // Each fork may copy what is private.
      case .fork: copies += 1
      default: break
      }
    }
    return pages * copies
  }
}
