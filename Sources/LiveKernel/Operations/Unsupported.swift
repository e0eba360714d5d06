import CKeywake
import Scenario
import SystemPackage

/// What a scenario needs that this run has not.
struct Unsupported {
  var options: LiveOptions
  /// The reason why a kind of file cannot be made, by kind.
  var files: [FileKind: String] = [:]
  var futex2: String?

  /// The first thing that is missing, or `nil`.
  func reason(_ scenario: Scenario) -> String? {
    var robust: [ActorAddress] = []
    var past = RacePast()
    let scenarioHasRace = scenario.hasRace
    for element in scenario.elements {
      switch element {
      case .race(let lanes):
        if let reason = reason(race: lanes, past: past) { return reason }
        for operation in lanes.flatMap(\.operations) {
          if let reason = reason(operation) { return reason }
        }
        for lane in lanes {
          for var operation in lane.operations {
            if operation.actor == nil { operation.actor = lane.actor }
            past.note(operation)
          }
        }
      case .operation(let operation):
        if let reason = reason(operation) { return reason }
        if scenarioHasRace { past.note(operation) }
        guard case .robust(let address) = operation.action, let actor = operation.actor else { continue }
        if robust.contains(where: { $0.actor == actor && Self.isNear($0.address, address) }) {
          return "robust words that are less than 8 bytes apart"
        }
        robust.append(ActorAddress(actor, address))
      }
    }
    return nil
  }

  /// Not the same word, and too close to it for an entry of a list beside each.
  private static func isNear(_ left: Address, _ right: Address) -> Bool {
    guard left.base == right.base, left.offset != right.offset else { return false }
    return max(left.offset, right.offset) - min(left.offset, right.offset) < 8
  }

  private func reason(_ operation: Operation) -> String? {
    if let reason = options.missing[operation.kind] { return reason }
    switch operation.action {
    case .evict, .reuse, .umount, .migrate, .rmapWalk:
      return "\(operation.kind.keyword) runs on the Machine only"
    case .dropCaches(nil):
      return options.systemWide
        ? options.missingSystemCaches : "drop-caches system acts on the whole host: allow it with --system-wide"
    case .file(_, let kind, _):
      return files[kind]
    case .map(_, _, _, _, let mapOptions):
      return mapOptions.contains(.hugetlb) ? files[.memfdHugetlb] : nil
    case .merge:
      return options.samePageMerging ? nil : "KSM does not run (/sys/kernel/mm/ksm/run)"
    case .wait(_, _, _, _, _, let mode), .wake(_, _, _, let mode), .compareRequeue(_, _, _, _, _, let mode):
      return mode.interface == .futex2 ? futex2 : nil
    default:
      return nil
    }
  }
}

extension Unsupported {
  /// Takes in what the nursery found out and which folders there are.
  mutating func note(_ abilities: kw_abilities, _ folders: LiveFolders, _ options: LiveOptions) {
    self.options = options
    files = options.missingFiles
    if folders.tmpfs == nil { files[.tmpfs] = "no folder for tmpfs files: \(folders.tmpfsReason)" }
    if folders.disk == nil { files[.disk] = "no folder for disk files: \(folders.diskReason)" }
    if !options.hugePages { files[.memfdHugetlb] = "no huge pages are reserved (/proc/sys/vm/nr_hugepages)" }
    if abilities.map_files != 0 {
      files[.anonymousShared] = "/proc/PID/map_files cannot be opened: \(Errno(rawValue: abilities.map_files))"
    }
    futex2 = abilities.futex2 == 0 ? nil : "no futex2 system calls: \(Errno(rawValue: abilities.futex2))"
  }
}
