import FoundationEssentials
import Scenario

/// A folder of known issues, one scenario file each.
public enum KnownIssueFolder {
  /// `Corpus/known-issues` below the working folder, or below a folder above the running program; `nil` if neither is.
  public static func standardPath() -> String? { CorpusFolder.path("known-issues") }

  /// The issues of a folder, sorted by name; none without a folder.
  public static func read(_ path: String?) throws(KnownIssueReader.Failure) -> [KnownIssue] {
    guard let path else { return [] }
    let files = FileManager.default
    let names: [String]
    do {
      names = try files.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".kw") }.sorted()
    } catch {
      throw KnownIssueReader.Failure(description: "\(path): the folder of known issues cannot be listed")
    }
    var issues: [KnownIssue] = []
    for name in names {
      let file = "\(path)/\(name)"
      guard (try? files.attributesOfItem(atPath: file)[.type] as? FileAttributeType) == .typeRegular,
        let bytes = files.contents(atPath: file)
      else { throw KnownIssueReader.Failure(description: "\(file): expected a regular file that can be read") }
      let text: ScenarioText
      do throws(ParseError) {
        text = try ScenarioParser.read(bytes, file: file)
      } catch {
        throw KnownIssueReader.Failure(description: "\(error)")
      }
      issues.append(try KnownIssueReader.read(text, file: file))
    }
    return issues
  }
}
