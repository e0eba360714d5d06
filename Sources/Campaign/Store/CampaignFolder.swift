import Foundation
import Glibc
import SystemPackage

/// The only owner of the paths below a campaign's folder.
public struct CampaignFolder: Sendable {
  public let path: String

  public init(_ path: String) { self.path = path }

  public var database: String { "\(path)/campaign.sqlite" }
  /// In the form of ``FindingStore``, so that it can be replayed, copied and merged.
  public var findings: String { "\(path)/findings" }
  var lock: String { "\(path)/lock" }
  var shifts: String { "\(path)/shifts" }
  var selfTest: String { "\(path)/self-test" }
  /// Where a shift's worker writes; removed when what it found is in the store.
  func shift(_ number: Int64) -> String { "\(shifts)/\(number)" }
  /// The corpus that a coverage-guided target grows.
  public func corpus(_ target: String) -> String { "\(path)/corpus/\(target)" }
  func seeds(_ target: String) -> String { "\(path)/seeds/\(target)" }
  public func finding(_ signature: String) -> String { "\(findings)/\(signature)" }
  public func minimal(_ signature: String) -> String { "\(finding(signature))/scenario.min.kw" }
  public func program(_ signature: String) -> String { "\(finding(signature))/program.c" }
  public var reportPage: String { "\(path)/report.html" }
  public var reportData: String { "\(path)/report.json" }

  public var exists: Bool { access(database, F_OK) == 0 }

  /// Makes the folder and what belongs in it.
  func make() throws(CampaignError) {
    for folder in [path, shifts, findings] { try Self.make(folder) }
  }

  static func make(_ folder: String) throws(CampaignError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      let inner = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
      let reason = inner.map { "\(Errno(rawValue: CInt($0.code)))" } ?? error.localizedDescription
      throw CampaignError("cannot create the folder \(folder): \(reason)", isUsage: true)
    }
  }

  /// What is missing is no error.
  static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

  static func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
  }
}
