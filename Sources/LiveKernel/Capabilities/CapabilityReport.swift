import SystemPackage

/// Everything that `keywake doctor` tells: each capability, in a fixed order, with yes or the reason and the fix.
public struct CapabilityReport: Codable, Equatable, Sendable {
  public struct Entry: Codable, Equatable, Sendable {
    public let capability: Capability
    public let answer: CapabilityAnswer

    public init(capability: Capability, answer: CapabilityAnswer) {
      self.capability = capability
      self.answer = answer
    }
  }

  /// As uname(2) gives it.
  public let kernelRelease: String
  public let entries: [Entry]
  /// Where files on tmpfs, on a disk, and a swap file go; nil when there is no such place.
  public let tmpfsFolder: String?
  public let diskFolder: String?

  public init(kernelRelease: String, entries: [Entry], tmpfsFolder: String? = nil, diskFolder: String? = nil) {
    self.kernelRelease = kernelRelease
    self.entries = entries
    self.tmpfsFolder = tmpfsFolder
    self.diskFolder = diskFolder
  }

  /// Probes the host. Once per run is enough.
  public static func probe(tmpfsFolder: FilePath? = nil, diskFolder: FilePath? = nil) -> CapabilityReport {
    CapabilityProbes(tmpfsFolder: tmpfsFolder, diskFolder: diskFolder).report()
  }

  public subscript(capability: Capability) -> CapabilityAnswer {
    entries.first { $0.capability == capability }?.answer
      ?? .missing(reason: "\(capability.name) was not probed", fix: "run `keywake doctor`")
  }

  public func has(_ capability: Capability) -> Bool { self[capability].isAvailable }

  /// The text for `skipped`, for the first of these that is not there; nil when all are.
  public func skipReason(needing capabilities: [Capability]) -> String? {
    for capability in capabilities {
      if let reason = self[capability].reason { return "needs \(capability.name): \(reason)" }
    }
    return nil
  }

  /// A table for a terminal or a log, one capability a line and its fix below.
  /// - Parameter color: with ANSI colours.
  public func table(color: Bool = false) -> String {
    let width = entries.map(\.capability.name.count).max() ?? 0
    var lines = ["Linux \(kernelRelease)"]
    for entry in entries {
      let mark = entry.answer.isAvailable ? paint("yes", 32, color) : paint("no ", entry.answer.errorColor, color)
      let name = entry.capability.name + String(repeating: " ", count: width - entry.capability.name.count)
      let line = "  \(name)  \(mark)  \(entry.answer.text)"
      lines.append(String(line.reversed().drop { $0 == " " }.reversed()))
      if let fix = entry.answer.fix {
        lines.append(String(repeating: " ", count: width + 9) + paint("fix: \(fix)", 2, color))
      }
    }
    let missing = entries.count { !$0.answer.isAvailable }
    lines.append("\(entries.count - missing) of \(entries.count) capabilities; scenarios that need another are skipped")
    return lines.joined(separator: "\n")
  }

  private func paint(_ text: String, _ code: Int, _ color: Bool) -> String {
    color ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

extension CapabilityAnswer {
  fileprivate var errorColor: Int {
    if case .unexpected = self { 31 } else { 33 }
  }
}
