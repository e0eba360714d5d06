import FoundationEssentials

/// Where the corpus is found when nobody names it.
public enum CorpusFolder {
  /// `Corpus/NAME` below the working folder, or below a folder above the running program; `nil` if neither is.
  public static func path(_ name: String) -> String? {
    let name = "Corpus/\(name)"
    let files = FileManager.default
    if files.fileExists(atPath: name) { return name }
    guard let program = try? files.destinationOfSymbolicLink(atPath: "/proc/self/exe") else { return nil }
    var parts = program.split(separator: "/").dropLast()
    while !parts.isEmpty {
      let path = "/" + parts.joined(separator: "/") + "/" + name
      if files.fileExists(atPath: path) { return path }
      parts = parts.dropLast()
    }
    return nil
  }
}
