import FoundationEssentials
import Glibc
import Scenario
import SystemPackage

/// A folder of scenarios that between them show every behaviour that was seen. An entry is made smaller before it is
/// kept, and says in its first lines what it was the first to show.
///
/// Several processes may grow the same folder: each reads what is there when it starts, and writes whole files.
public struct CorpusGrower {
  public let folder: FilePath
  public private(set) var known: Set<String> = []
  /// Entries written by this process.
  public private(set) var added = 0
  private let tries: Int

  static let prefix = "covers: "

  /// Reads the folder, which is made if it is missing.
  /// - Parameter tries: runs that making one entry smaller may cost.
  public init(folder: FilePath, tries: Int) throws(FindingStore.Failure) {
    self.folder = folder
    self.tries = tries
    let manager = FileManager.default
    do {
      try manager.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
      for name in try manager.contentsOfDirectory(atPath: folder.string).sorted() where Self.isEntry(name) {
        guard let bytes = manager.contents(atPath: folder.appending(name).string) else { continue }
        known.formUnion(Self.covered(String(decoding: bytes, as: UTF8.self)))
      }
    } catch {
      throw FindingStore.Failure(description: "cannot use the corpus folder \(folder): \(error)")
    }
  }

  public static func isEntry(_ name: String) -> Bool { name.hasSuffix(".kw") && !name.hasPrefix(".") }

  /// What an entry says that it covers.
  public static func covered(_ text: String) -> [String] {
    text.split(separator: "\n").compactMap { line in
      line.hasPrefix("# \(prefix)") ? String(line.dropFirst(2 + prefix.count)) : nil
    }
  }

  /// Keeps the scenario if it shows something new.
  /// - Parameters:
  ///   - shown: what it showed.
  ///   - shows: what another, smaller scenario shows when it is run.
  /// - Returns: whether it was kept.
  /// - Throws: when it cannot be written.
  @discardableResult public mutating func admit(
    _ scenario: Scenario, shown: Set<String>, shows: (Scenario) -> Set<String>
  ) throws(FindingStore.Failure) -> Bool {
    let news = shown.subtracting(known)
    guard !news.isEmpty else { return false }
    known.formUnion(news)
    let small = ScenarioReduction.reduce(scenario, tries: tries) { shows($0).isSuperset(of: news) }
    let text = ScenarioPrinter(header: news.sorted().map { Self.prefix + $0 }).print(small)
    let name = Self.name(ScenarioPrinter.print(small))
    let place = folder.appending(name)
    do {
      try Data(text.utf8).write(to: URL(filePath: place.string), options: .atomic)
    } catch {
      throw FindingStore.Failure(description: "cannot write \(place): \(error)")
    }
    added += 1
    return true
  }

  /// By the scenario alone (64 bits of FNV-1a): the same scenario has one place.
  private static func name(_ text: String) -> String {
    var hash = FNV1a()
    hash.add(text.utf8)
    return hash.digits + ".kw"
  }
}
