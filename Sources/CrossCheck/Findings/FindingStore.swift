import FoundationEssentials
import Glibc
import SystemPackage

/// The only owner of a findings folder. A finding is either there whole, durable, or not there at all.
///
/// Layout: `SIGNATURE/scenario.kw`, `finding.json`, `report.txt`; further scenarios with the same signature are counted,
/// and the first few kept as `scenario-2.kw` and on. A finding of the kernel log has the scenarios that ran before, too:
/// `previous-1.kw` and on.
public struct FindingStore: Sendable {
  public let folder: FilePath
  /// It was not there before.
  private let isNew: Bool
  public static let scenarioName = "scenario.kw"
  /// A ``Finding`` as JSON.
  public static let recordName = "finding.json"
  static func previousName(_ number: Int) -> String { "previous-\(number).kw" }
  /// Scenarios kept of one signature.
  public static let keptPerSignature = 4

  /// Creates the folder if it is missing.
  /// - Throws: `Failure` when it cannot be made or written.
  public init(folder: FilePath) throws(Failure) {
    self.folder = folder
    isNew = access(folder.string, F_OK) != 0
    var path = FilePath(root: folder.root, [FilePath.Component]())
    for component in folder.components {
      path.append(component)
      try Self.call("create", path) { mkdir($0, 0o755) == 0 || errno == EEXIST ? 0 : -1 }
    }
    var status = stat()
    guard !folder.isEmpty, stat(folder.string, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw Failure(description: "expected a folder, found '\(folder)'")
    }
    try Self.call("write into", folder) { access($0, W_OK) }
    removeAbandonedDrafts()
  }

  /// Drafts of runs that died while they wrote. What they drafted had not been announced.
  private func removeAbandonedDrafts() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
    for name in names where name.hasPrefix(Self.draftPrefix) {
      guard let owner = Int32(name.dropFirst(Self.draftPrefix.count).prefix { $0.isNumber }) else { continue }
      if kill(owner, 0) != 0 && errno == ESRCH { Self.discard(folder.appending(name)) }
    }
  }
  private static let draftPrefix = ".draft-"

  public struct Failure: Error, CustomStringConvertible {
    public var description: String

    /// With what could not be kept, so that it is not lost.
    public func withFinding(_ finding: Finding) -> String {
      "\(description)\n\nThe finding that could not be kept:\n\n\(finding.report)\n\(finding.scenario)"
    }
  }

  /// Removes the folder if it was made for this run and nothing was found.
  public func leaveIfEmpty() {
    if isNew { rmdir(folder.string) }
  }

  /// Signatures in the folder, sorted.
  public func signatures() throws(Failure) -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.string)
    } catch {
      throw Failure(description: "cannot list the findings folder \(folder): \(error)")
    }
    return names.filter { !$0.hasPrefix(".") }.sorted()
  }

  /// Writes a new finding, or counts one whose signature is known.
  /// - Returns: the folder of its signature.
  public func record(_ finding: Finding) throws(Failure) -> FilePath {
    let place = folder.appending(finding.signature)
    if access(place.string, F_OK) == 0 {
      try count(finding, in: place)
      return place
    }
    let draft = folder.appending("\(Self.draftPrefix)\(getpid())-\(finding.signature)")
    Self.discard(draft)
    do throws(Failure) {
      try Self.call("create", draft) { mkdir($0, 0o755) }
      try Self.writeFile(draft.appending(Self.scenarioName), Self.scenarioFile(finding))
      for (index, previous) in (finding.previous ?? []).enumerated() {
        try Self.writeFile(draft.appending(Self.previousName(index + 1)), [UInt8](previous.scenario.utf8))
      }
      try writeRecord(finding, in: draft)
      try Self.synchronize(draft)
      if rename(draft.string, place.string) != 0 {
        // Another run on the same folder was first.
        guard errno == EEXIST || errno == ENOTEMPTY else { throw Self.failure("create", place) }
        Self.discard(draft)
        try count(finding, in: place)
        return place
      }
      try Self.synchronize(folder)
    } catch {
      Self.discard(draft)
      throw error
    }
    return place
  }

  /// Changes the record of a finding that is in the folder, for instance to say how often it reproduced.
  /// - Returns: the record as it is now.
  @discardableResult public func update(_ signature: String, _ change: (inout Finding) -> Void) throws(Failure)
    -> Finding
  {
    var finding = try read(signature)
    change(&finding)
    try writeRecord(finding, in: folder.appending(signature))
    return finding
  }

  public func read(_ signature: String) throws(Failure) -> Finding {
    let path = folder.appending(signature).appending(Self.recordName)
    do {
      return try JSONDecoder().decode(Finding.self, from: Data(contentsOf: URL(fileURLWithPath: path.string)))
    } catch {
      throw Failure(description: "cannot read \(path): \(error)")
    }
  }

  private func count(_ finding: Finding, in place: FilePath) throws(Failure) {
    var kept = try read(finding.signature)
    kept.occurrences += 1
    if kept.occurrences <= Self.keptPerSignature {
      let path = place.appending("scenario-\(kept.occurrences).kw")
      if access(path.string, F_OK) != 0 { try Self.writeFile(path, Self.scenarioFile(finding)) }
    }
    try writeRecord(kept, in: place)
  }

  private func writeRecord(_ finding: Finding, in place: FilePath) throws(Failure) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let json: Data
    do { json = try encoder.encode(finding) } catch { throw Failure(description: "cannot encode a finding: \(error)") }
    try Self.writeFile(place.appending(Self.recordName), [UInt8](json) + [UInt8(ascii: "\n")])
    try Self.writeFile(place.appending("report.txt"), [UInt8](finding.report.utf8))
  }

  private static func scenarioFile(_ finding: Finding) -> [UInt8] { [UInt8](finding.scenario.utf8) }

  private static func writeFile(_ path: FilePath, _ bytes: [UInt8]) throws(Failure) {
    do throws(Errno) { try DurableFile.replace(path, with: [bytes]) } catch {
      throw Failure(description: "cannot write \(path): \(error)")
    }
  }

  private static func synchronize(_ folder: FilePath) throws(Failure) {
    let descriptor = open(folder.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", folder) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("synchronize", folder) }
  }

  /// Removes a draft folder of ours; what is missing is no error.
  private static func discard(_ draft: FilePath) {
    try? FileManager.default.removeItem(atPath: draft.string)
  }

  private static func call(_ verb: String, _ path: FilePath, _ body: (String) -> Int32) throws(Failure) {
    guard body(path.string) == 0 else { throw failure(verb, path) }
  }
  private static func failure(_ verb: String, _ path: FilePath) -> Failure {
    Failure(description: "cannot \(verb) \(path): \(Errno(rawValue: errno))")
  }
}
