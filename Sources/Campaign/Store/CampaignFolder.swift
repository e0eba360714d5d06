import CrossCheck
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
  /// What an interleaving of the simulated kernel does, step by step: a page and a text.
  func explainedPage(_ signature: String) -> String { "\(finding(signature))/explained.html" }
  func explainedText(_ signature: String) -> String { "\(finding(signature))/explained.txt" }
  /// The user's programs, as they were when the campaign began.
  public var program: String { "\(path)/program.kwp" }
  public var reportPage: String { "\(path)/report.html" }
  public var reportData: String { "\(path)/report.json" }

  public var hasProgram: Bool { access(program, F_OK) == 0 }
  public var exists: Bool { access(database, F_OK) == 0 }

  /// Makes the folder and what belongs in it.
  func make() throws(CampaignError) {
    for folder in [path, shifts, findings] { try Self.make(folder) }
  }

  /// Keeps the user's programs for all that is done with what they show, later starts included.
  /// - Throws: when the campaign began with others, or with none: its findings would be taken for these programs'.
  func keep(_ program: [UInt8]?, isFirst: Bool) throws(CampaignError) {
    guard let program else { return }
    if hasProgram {
      guard let kept = FileManager.default.contents(atPath: self.program), Array(kept) == program else {
        throw CampaignError(
          "--program: the campaign in \(path) began with other programs, \(self.program): use another folder",
          isUsage: true)
      }
      return
    }
    guard isFirst else {
      throw CampaignError(
        "--program: the campaign in \(path) began without programs of yours: use another folder", isUsage: true)
    }
    do throws(Errno) { try DurableFile.replace(FilePath(self.program), with: [program]) } catch {
      throw CampaignError("cannot write \(self.program): \(error)", isUsage: true)
    }
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
