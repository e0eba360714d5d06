import CrossCheck
import Foundation
import Glibc
import SystemPackage

/// Puts findings folders of several machines together.
public enum FindingsMerge {
  public struct Result: Sendable {
    public var read = 0
    public var added = 0
    /// Known signatures that learned something: other scenarios' counts, rates of another release.
    public var joined = 0
    public var unchanged = 0
    public var total = 0
  }

  /// - Parameters:
  ///   - folders: findings folders, or campaigns' folders.
  ///   - output: the findings folder that grows; may be one of them.
  public static func run(_ folders: [String], into output: String) throws(CampaignError) -> Result {
    var result = Result()
    for place in folders.map(source) where access(place, R_OK | X_OK) != 0 {
      throw CampaignError("cannot read the folder \(place): \(Errno(rawValue: errno))", isUsage: true)
    }
    do throws(FindingStore.Failure) {
      let store = try FindingStore(folder: .init(output))
      for folder in folders {
        let place = source(folder)
        let from = try FindingStore(folder: .init(place))
        for signature in try from.signatures() {
          let finding = try from.read(signature)
          result.read += 1
          try add(finding, from: "\(place)/\(signature)", origin: place, to: store, &result)
        }
      }
      result.total = try store.signatures().count
    } catch {
      throw CampaignError(error.description, isUsage: true)
    }
    return result
  }

  /// A campaign keeps its findings in a folder below its own.
  private static func source(_ folder: String) -> String {
    let campaign = CampaignFolder(folder)
    return campaign.exists ? campaign.findings : folder
  }

  private static func add(
    _ finding: Finding, from: String, origin: String, to store: FindingStore, _ result: inout Result
  ) throws(FindingStore.Failure) {
    let place = store.folder.appending(finding.signature).string
    if access(place, F_OK) != 0 {
      _ = try store.record(finding)
      // What belongs to it besides the record: the minimal scenario, the program, the input.
      for name in CampaignFolder.names(from) where access("\(place)/\(name)", F_OK) != 0 {
        try? FileManager.default.copyItem(atPath: "\(from)/\(name)", toPath: "\(place)/\(name)")
      }
      try store.update(finding.signature) { $0.releases = join($0.releases ?? [], releases(of: finding)) }
      result.added += 1
      return
    }
    let before = try store.read(finding.signature)
    let joined = join(before.releases ?? releases(of: before), releases(of: finding))
    if joined == before.releases ?? releases(of: before) {
      result.unchanged += 1
      return
    }
    try store.update(finding.signature) { kept in
      kept.releases = joined
      kept.occurrences = joined.reduce(0) { $0 + $1.occurrences }
    }
    result.joined += 1
  }

  private static func releases(of finding: Finding) -> [Finding.Release] {
    finding.releases ?? [
      Finding.Release(
        kernel: finding.kernel, foundAt: finding.foundAt, occurrences: finding.occurrences,
        reproduction: finding.reproduction)
    ]
  }

  /// One entry a machine's discovery, by kernel and time; of two states of one, the later, which has seen more.
  private static func join(_ first: [Finding.Release], _ second: [Finding.Release]) -> [Finding.Release] {
    var all = first
    for release in second {
      if let index = all.firstIndex(where: { $0.kernel == release.kernel && $0.foundAt == release.foundAt }) {
        if release.occurrences > all[index].occurrences { all[index] = release }
      } else {
        all.append(release)
      }
    }
    return all.sorted { ($0.kernel, $0.foundAt) < ($1.kernel, $1.foundAt) }
  }
}
